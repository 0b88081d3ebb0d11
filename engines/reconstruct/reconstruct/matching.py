"""The stage `feature_matching`: matches features between photographs."""

import re
from pathlib import Path
from typing import Any

import pycolmap

from . import colmap_log, notes
from .device import device, used_gpu
from .request import Request
from .pairs import select_pairs
from .progress import Progress, part
from .stationary import STATIONARY_PX, is_background_static

#: Up to this many photographs, each is matched with all others.
EXHAUSTIVE_UP_TO = 80

#: Pairs per progress report, for selected pairs.
_BLOCK = 50

#: A fixed seed: results are reproducible as far as threads allow.
SEED = 1

_EXHAUSTIVE = re.compile(r"Processing block \[(\d+)/(\d+), (\d+)/(\d+)\]")


def run(request: Request, progress: Progress) -> dict[str, Any]:
    """Writes the matches to database.db."""
    path = request.workspace / "database.db"
    with pycolmap.Database.open(path) as database:
        photos = database.num_images()
    pycolmap.set_random_seed(SEED)
    progress(0, f"matching {photos} photographs")
    if photos <= EXHAUSTIVE_UP_TO:
        method = "exhaustive"
        _match_all(request, photos, progress)
    else:
        method = "likely"
        _match_selected(request, progress)
    with pycolmap.Database.open(path) as database:
        is_static = is_background_static(database)
        if is_static:
            database.clear_two_view_geometries()
    if is_static:
        verify_pairs(path, is_static)
    with pycolmap.Database.open(path) as database:
        _, inliers = database.read_two_view_geometry_num_inliers()
        return {
            "method": method,
            "matched_pairs": len(inliers),
            "gpu_used": used_gpu(request),
            "static_background": is_static,
            "warnings": notes.describe_static_background(is_static),
        }


def verify_pairs(path: Path, is_static: bool) -> None:
    """Computes the geometries of all matched pairs that have none. `is_static`: without features that stay at one place."""
    pycolmap.geometric_verification(path, two_view_geometry_options=_verification(is_static))


def _match_all(request: Request, photos: int, progress: Progress) -> None:
    pairing = pycolmap.ExhaustivePairingOptions()
    # Four by four blocks: sixteen progress reports.
    pairing.block_size = max(2, -(-photos // 4))

    def on_line(line: str) -> None:
        if found := _EXHAUSTIVE.search(line):
            row, rows, column, columns = (int(number) for number in found.groups())
            progress(((row - 1) * columns + column - 1) / (rows * columns), f"matching {photos} photographs")

    with colmap_log.watch_stderr(on_line):
        pycolmap.match_exhaustive(
            request.workspace / "database.db",
            matching_options=_matching(request),
            pairing_options=pairing,
            verification_options=_verification(),
            device=device(request),
        )


def _match_selected(request: Request, progress: Progress) -> None:
    with pycolmap.Database.open(request.workspace / "database.db") as database:
        pairs = select_pairs(database, part(progress, 0, 0.1))
    listed = request.workspace / "pairs.txt"
    listed.write_text("".join(f"{first} {second}\n" for first, second in pairs), encoding="ascii")
    pairing = pycolmap.ImportedPairingOptions()
    pairing.match_list_path = listed
    pairing.block_size = _BLOCK
    matching = part(progress, 0.1, 1)

    def on_block(block: int, blocks: int) -> None:
        matching((block - 1) / blocks, f"matching {len(pairs)} pairs of photographs")

    with colmap_log.watch_stderr(colmap_log.parse_count("Processing block", on_block)):
        pycolmap.match_image_pairs(
            request.workspace / "database.db",
            matching_options=_matching(request),
            pairing_options=pairing,
            verification_options=_verification(),
            device=device(request),
        )
    listed.unlink()


def _matching(request: Request) -> pycolmap.FeatureMatchingOptions:
    options = pycolmap.FeatureMatchingOptions()
    options.use_gpu = used_gpu(request)
    options.num_threads = request.threads
    return options


def _verification(is_static: bool = False) -> pycolmap.TwoViewGeometryOptions:
    options = pycolmap.TwoViewGeometryOptions()
    options.filter_stationary_matches = is_static
    options.stationary_matches_max_error = STATIONARY_PX
    options.ransac.random_seed = SEED
    return options
