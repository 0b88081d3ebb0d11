"""What COLMAP computes on."""

import pycolmap

from .request import Request


def has_gpu() -> bool:
    """Whether there is one that this build of COLMAP can use."""
    return bool(pycolmap.has_cuda) and pycolmap.get_num_cuda_devices() > 0


def used_gpu(request: Request) -> bool:
    """A GPU is used when it was asked for and there is one; the processor does the same otherwise."""
    return request.use_gpu and has_gpu()


def device(request: Request) -> pycolmap.Device:
    return pycolmap.Device.cuda if used_gpu(request) else pycolmap.Device.cpu
