"""The stage `feature_matching`: finds what photographs have in common."""

import re
from typing import Any

import pycolmap

from . import colmap_log
from .device import device, used_gpu
from .order import Order
from .pairs import likely_pairs
from .progress import Progress, part

#: Up to this many photographs, each is matched with all others.
EXHAUSTIVE_UP_TO = 80

#: Pairs that are matched between two reports of progress, where the pairs are listed.
_BLOCK = 50

#: The same seed each time, so that the same photographs give the same model as far as threads allow.
SEED = 1

_EXHAUSTIVE = re.compile(r"Processing block \[(\d+)/(\d+), (\d+)/(\d+)\]")


def run(order: Order, progress: Progress) -> dict[str, Any]:
    """Adds to database.db what matches."""
    path = order.workspace / "database.db"
    with pycolmap.Database.open(path) as database:
        photos = database.num_images()
    pycolmap.set_random_seed(SEED)
    progress(0, f"matching {photos} photographs")
    if photos <= EXHAUSTIVE_UP_TO:
        method = "exhaustive"
        _match_all(order, photos, progress)
    else:
        method = "likely"
        _match_likely(order, progress)
    with pycolmap.Database.open(path) as database:
        _, inliers = database.read_two_view_geometry_num_inliers()
        return {"method": method, "matched_pairs": len(inliers), "gpu_used": used_gpu(order)}


def _match_all(order: Order, photos: int, progress: Progress) -> None:
    pairing = pycolmap.ExhaustivePairingOptions()
    # Blocks of a quarter: sixteen reports of progress.
    pairing.block_size = max(2, -(-photos // 4))

    def told(line: str) -> None:
        if found := _EXHAUSTIVE.search(line):
            row, rows, column, columns = (int(number) for number in found.groups())
            progress(((row - 1) * columns + column - 1) / (rows * columns), f"matching {photos} photographs")

    with colmap_log.watched(told):
        pycolmap.match_exhaustive(
            order.workspace / "database.db",
            matching_options=_matching(order),
            pairing_options=pairing,
            verification_options=_verification(),
            device=device(order),
        )


def _match_likely(order: Order, progress: Progress) -> None:
    with pycolmap.Database.open(order.workspace / "database.db") as database:
        pairs = likely_pairs(database, part(progress, 0, 0.1))
    listed = order.workspace / "pairs.txt"
    listed.write_text("".join(f"{first} {second}\n" for first, second in pairs), encoding="ascii")
    pairing = pycolmap.ImportedPairingOptions()
    pairing.match_list_path = listed
    pairing.block_size = _BLOCK
    matching = part(progress, 0.1, 1)

    def told(block: int, blocks: int) -> None:
        matching((block - 1) / blocks, f"matching {len(pairs)} pairs of photographs")

    with colmap_log.watched(colmap_log.counted("Processing block", told)):
        pycolmap.match_image_pairs(
            order.workspace / "database.db",
            matching_options=_matching(order),
            pairing_options=pairing,
            verification_options=_verification(),
            device=device(order),
        )
    listed.unlink()


def _matching(order: Order) -> pycolmap.FeatureMatchingOptions:
    options = pycolmap.FeatureMatchingOptions()
    options.use_gpu = used_gpu(order)
    options.num_threads = order.threads
    return options


def _verification() -> pycolmap.TwoViewGeometryOptions:
    options = pycolmap.TwoViewGeometryOptions()
    options.ransac.random_seed = SEED
    return options
