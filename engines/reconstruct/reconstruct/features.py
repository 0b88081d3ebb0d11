"""The stage `feature_extraction`: extracts the features of each photograph."""

from typing import Any

import pycolmap

from . import colmap_log, notes
from .cameras import assign_cameras, read_known_cameras
from .device import device, used_gpu
from .request import Request
from .photos import Photo, read_photos
from .progress import Progress
from .errors import ReconstructionError

#: Measured bytes per pixel of a photograph, the limit for all threads, and their share of the stage's memory limit.
_BYTES_A_PIXEL, _MEMORY, _SHARE = 320, 3 << 30, 0.8

#: With two photographs, wrong matches cannot be detected.
FEWEST = 3


def run(request: Request, progress: Progress) -> dict[str, Any]:
    """Writes database.db. Raises ReconstructionError `too_few_assets`."""
    photos = read_photos(request.workspace)
    if len(photos) < FEWEST:
        raise ReconstructionError("too_few_assets", _too_few(len(photos)))

    def on_count(done: int, total: int) -> None:
        progress(done / total, f"features of {done} of {total} photographs")

    database = request.workspace / "database.db"
    progress(0, f"features of {len(photos)} photographs")
    with colmap_log.watch_stderr(colmap_log.parse_count("Processed file", on_count)):
        _extract(request, photos)
    known, focals = read_known_cameras(request.workspace, photos)
    assign_cameras(database, known)
    with pycolmap.Database.open(database) as opened:
        return {
            "photos": len(photos),
            "features": opened.num_keypoints(),
            "gpu_used": used_gpu(request),
            "warnings": notes.describe_dropped_focals(photos, focals),
        }


def _extract(request: Request, photos: list[Photo]) -> None:
    extraction = pycolmap.FeatureExtractionOptions()
    extraction.use_gpu = used_gpu(request)
    extraction.num_threads = _threads(request, photos)
    extraction.max_image_size = request.settings.image_px
    extraction.sift.max_num_features = request.settings.features
    reader = pycolmap.ImageReaderOptions()
    reader.camera_model = "SIMPLE_RADIAL"
    pycolmap.extract_features(
        request.workspace / "database.db",
        request.workspace / "images",
        image_names=[photo.file for photo in photos],
        camera_mode=pycolmap.CameraMode.PER_IMAGE,
        reader_options=reader,
        extraction_options=extraction,
        device=device(request),
    )


def _threads(request: Request, photos: list[Photo]) -> int:
    """Returns fewer threads for large photographs, to limit the memory."""
    largest = max(photo.width * photo.height for photo in photos)
    memory = _MEMORY if request.memory is None else min(_MEMORY, _SHARE * request.memory)
    return max(1, min(request.threads, int(memory // (_BYTES_A_PIXEL * max(1, largest)))))


def _too_few(count: int) -> str:
    usable_ones = "None of the photographs is" if count == 0 else "Only 1 photograph is" if count == 1 else f"Only {count} photographs are"
    return f"{usable_ones} usable; at least {FEWEST} are needed, and 20 or more that overlap give a good model."
