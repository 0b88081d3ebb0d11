"""Bodies of submissions: JSON, or multipart/form-data if files are uploaded."""

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from . import models


@dataclass(frozen=True)
class Upload:
    """A file that is sent with the job.

    `content` is a path, bytes, or a file that is open in binary mode. `name` is the name of the asset; default: that
    of the file. `attributes` are values for the operation. `checksum` is `sha256:…`; the job fails if it differs.
    """

    content: Path | bytes | IO[bytes]
    name: str | None = None
    attributes: Mapping[str, Any] | None = None
    checksum: str | None = None


AssetInput = models.Asset | Upload | Path


@dataclass
class Body:
    """Arguments of httpx for a request with assets. `close` closes the files that were opened."""

    arguments: dict[str, Any]
    is_upload: bool = False
    files: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        self.files.close()


def build_body(part: str, document: Mapping[str, Any], assets: Iterable[AssetInput]) -> Body:
    """Builds the body. `part` names the part with the document, which is sent first: it describes the others.

    Raises TypeError for an asset of another type, and OSError for a file that cannot be read.
    """
    opened = ExitStack()
    uploads: list[tuple[str, tuple[str, Any, str]]] = []
    with ExitStack() as on_error:
        on_error.enter_context(opened)
        listed = [_describe(asset, uploads, opened) for asset in assets]
        on_error.pop_all()
    if listed:
        document = {**document, "assets": [*document.get("assets", ()), *listed]}
    if not uploads:
        return Body({"json": document})
    form = [(part, (None, json.dumps(document), "application/json")), *uploads]
    return Body({"files": form}, is_upload=True, files=opened)


def _describe(asset: AssetInput, uploads: list[Any], opened: ExitStack) -> Mapping[str, Any]:
    if isinstance(asset, Mapping):
        return asset
    if isinstance(asset, Path):
        asset = Upload(asset)
    if not isinstance(asset, Upload):
        raise TypeError(
            f"An asset is a pathlib.Path, an Upload or a mapping such as "
            f'{{"source": {{"url": "https://…"}}}}, not {type(asset).__name__}'
        )
    content: bytes | IO[bytes]
    if isinstance(asset.content, Path):
        content, default = opened.enter_context(asset.content.open("rb")), asset.content.name
    else:
        content, default = asset.content, f"file-{len(uploads)}"
    field_name, name = f"file-{len(uploads)}", asset.name or default
    uploads.append((field_name, (name, content, "application/octet-stream")))
    described = {"name": name, "attributes": asset.attributes, "checksum": asset.checksum}
    known = {key: value for key, value in described.items() if value is not None}
    return {**known, "source": {"upload": field_name}}
