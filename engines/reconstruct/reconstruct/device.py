"""The device that COLMAP uses."""

import pycolmap

from .request import Request


def has_gpu() -> bool:
    """Returns whether this build of COLMAP can use a GPU."""
    return bool(pycolmap.has_cuda) and pycolmap.get_num_cuda_devices() > 0


def used_gpu(request: Request) -> bool:
    """Returns whether a GPU is requested and available."""
    return request.use_gpu and has_gpu()


def device(request: Request) -> pycolmap.Device:
    return pycolmap.Device.cuda if used_gpu(request) else pycolmap.Device.cpu
