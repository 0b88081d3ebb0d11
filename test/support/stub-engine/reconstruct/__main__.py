"""`python3 -m reconstruct STAGE`, as the real engine: a JSON request on standard input, JSON lines on standard output."""

import json
import struct
import sys
import time
import zlib
from pathlib import Path

STAGES = ("feature_extraction", "feature_matching", "sparse_reconstruction", "dense_reconstruction", "mesh_generation", "texture_mapping", "model_export")

#: Seconds of each half of a stage. `installStubEngine` writes them.
SECONDS = float((Path(__file__).parent / "seconds").read_text(encoding="utf-8"))

#: With so many photographs, a stage does not end until it is killed.
ENDLESS = 60


def write_line(value: dict[str, object]) -> None:
    print(json.dumps(value), flush=True)


def png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"".join(bytes((x * 255 // side, 90, 128)) for x in range(side))
    rows = (b"\0" + row) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def glb() -> bytes:
    text = json.dumps({"asset": {"version": "2.0"}}).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sII", b"glTF", 2, 20 + len(text)) + struct.pack("<I4s", len(text), b"JSON") + text


def mesh() -> str:
    lines = ["mtllib reconstructed_mesh.mtl", "usemtl model"]
    lines += [f"v {x} {y} 0" for y in range(10) for x in range(10)]
    lines += [f"f {y * 10 + x + 1} {y * 10 + x + 2} {y * 10 + x + 11}" for y in range(9) for x in range(9)]
    return "\n".join(lines) + "\n"


def results(request: dict, photos: int) -> dict[str, bytes]:
    """The content of each result, by role."""
    left_out = [{"name": each["name"], "code": each["code"], "reason": each["message"]} for each in request["left_out"]]
    metadata = {
        "quality": request["quality"],
        "gpu": {"requested": request["use_gpu"], "used": False},
        "photos": {"given": photos + len(left_out), "used": photos, "registered": photos, "left_out": left_out},
    }
    return {
        "pointcloud": b"ply\nformat ascii 1.0\nelement vertex 0\nend_header\n",
        "mesh": mesh().encode(),
        "material": b"newmtl model\nmap_Kd ../textures/texture.png\n",
        "texture": png(16),
        "model": glb(),
        "preview": png(64),
        "metadata": json.dumps(metadata).encode(),
    }


def main() -> int:
    stage = sys.argv[1]
    if stage not in STAGES:
        raise ValueError(f"no such stage: {stage}")
    request = json.load(sys.stdin)
    photos = len(list((Path(request["workspace"]) / "photos").glob("*.json")))
    if photos < 3:
        usable = "None of the photographs is" if photos == 0 else f"Only {photos} are"
        write_line({"error": {"code": "too_few_assets", "message": f"{usable} usable; at least 3 are needed."}})
        return 1
    write_line({"progress": 0, "stage": stage})
    time.sleep(SECONDS if photos < ENDLESS else 86_400)
    write_line({"progress": 0.5, "stage": stage})
    time.sleep(SECONDS)
    content = results(request, photos)
    for role, path in request["outputs"].items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content[role])
    write_line({"result": {"seconds": 2 * SECONDS}})
    return 0


if __name__ == "__main__":
    sys.exit(main())
