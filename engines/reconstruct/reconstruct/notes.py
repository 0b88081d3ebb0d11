"""Warnings about results that are doubtful or incomplete: a code for programs, and a sentence for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attempt import Attempt, Recovered
    from .lens import Focal
    from .photos import Photo

Warning = dict[str, str]

#: Photographs that a sentence names.
_NAMED = 5

#: With fewer photographs, or a smaller share of the usable ones, a model is doubtful.
_FEW, _SHARE = 5, 0.6

#: A point should appear in this many photographs on average.
_TRACK = 2.5

#: Mean distance, in pixels, between features and where the model says that they are.
_ERROR_PX = 1.2

#: Share of the triangles that no photograph shows.
_UNSEEN = 0.2


def describe_dropped_focals(photos: Sequence["Photo"], focals: Sequence["Focal"]) -> list[Warning]:
    """Returns a warning for each implausible focal length of EXIF."""
    names: dict[str, list[str]] = {}
    for photo, focal in zip(photos, focals, strict=True):
        if focal.dropped is not None:
            names.setdefault(focal.dropped, []).append(photo.name)
    return [
        _warn("implausible_focal_length", f"EXIF gives a focal length of {value}. It is implausible and was ignored: {_list(each)}.")
        for value, each in names.items()
    ]


def describe_static_background(is_static: bool) -> list[Warning]:
    text = (
        "Many features are at the same place in most photographs, such as the background of a turntable or a watermark. They were "
        "ignored; the background is not part of the model."
    )
    return [_warn("static_background", text)] if is_static else []


def describe_cameras(attempt: "Attempt", names: dict[str, str], track_length: float) -> list[Warning]:
    """Returns warnings about the positions and lenses of the cameras. `names`: of the photographs, by file."""
    return [
        *_describe_focals([each for each in attempt.recovered if each.differs], names),
        *_describe_number(attempt, names),
        *_describe_overlap(track_length),
        *_describe_error(attempt.error),
    ]


def _describe_focals(differing: Sequence["Recovered"], names: dict[str, str]) -> list[Warning]:
    if not differing:
        return []
    first = differing[0]
    text = (
        f"The recovered focal length differs from that of EXIF: {first.focal:.0f} pixels instead of {first.expected:.0f} for "
        f"{names[first.file]}. The EXIF data is wrong, or the shape of the model is distorted. "
        f"Photographs: {_list([names[each.file] for each in differing])}."
    )
    return [_warn("focal_length_differs", text)]


def _describe_number(attempt: "Attempt", names: dict[str, str]) -> list[Warning]:
    count = attempt.registered
    placed = {each.file for each in attempt.recovered}
    missing = [name for file, name in names.items() if file not in placed]
    if missing and (count < _FEW or count < _SHARE * len(names)):
        text = f"The model is made from only {count} of {len(names)} usable photographs. Not placed: {_list(missing)}."
        return [_warn("few_registered", text)]
    if missing:
        return [_warn("not_registered", f"{len(missing)} of {len(names)} usable photographs were not placed: {_list(missing)}.")]
    return [_warn("few_registered", f"The model is made from only {count} photographs.")] if count < _FEW else []


def _describe_overlap(track_length: float) -> list[Warning]:
    text = (
        f"The photographs overlap little: a point appears in {track_length:.1f} of them on average. The model may be distorted; take "
        "photographs that each overlap the previous one by two thirds."
    )
    return [_warn("low_overlap", text)] if track_length < _TRACK else []


def _describe_error(error: float) -> list[Warning]:
    text = (
        f"The photographs contradict each other by {error:.1f} pixels on average. The object may have moved, or photographs of "
        "different lenses or crops have the same EXIF data."
    )
    return [_warn("high_reprojection_error", text)] if error > _ERROR_PX else []


def describe_sets(sets: Sequence[Sequence[str]]) -> list[Warning]:
    """Returns a warning that names the photographs of each set that is not part of the model."""
    return [
        _warn(
            "disconnected_set",
            f"{len(each)} photographs overlap each other but not those of the model: {_list(each)}. Submit them as a job of their own, "
            "or take photographs that connect them.",
        )
        for each in sets
    ]


def describe_unseen(without: int, faces: int) -> list[Warning]:
    """`without`: triangles that no photograph shows."""
    text = f"No photograph shows {without / faces:.0%} of the surface; its shape and colour are guessed there."
    return [_warn("faces_without_photograph", text)] if without > _UNSEEN * faces else []


def _warn(code: str, message: str) -> Warning:
    return {"code": code, "message": message}


def _list(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
