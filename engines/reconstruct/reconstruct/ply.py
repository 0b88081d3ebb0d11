"""Reads and writes binary PLY files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Types by their names in PLY and in NumPy.
_TYPES = {"float": "<f4", "double": "<f8", "uchar": "u1", "int": "<i4", "uint": "<u4"}
_NAMES = {kind: name for name, kind in _TYPES.items()}
_COLOURS = ("red", "green", "blue")


@dataclass
class Cloud:
    """Points (n, 3), their normals (n, 3) of length 1, and their colours (n, 3): red green blue, 0..255."""

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    colours: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.points)


@dataclass
class Mesh:
    """Vertices (n, 3), triangles (m, 3) of numbers of vertices, and colours (n, 3): red green blue, 0..255."""

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    colours: NDArray[np.uint8]


def write_cloud(path: Path, cloud: Cloud) -> None:
    columns = {
        **_columns("xyz", cloud.points, "<f4"),
        **_columns(("nx", "ny", "nz"), cloud.normals, "<f4"),
        **_columns(_COLOURS, cloud.colours, "u1"),
    }
    _write(path, _table(columns), None)


def write_mesh(path: Path, mesh: Mesh) -> None:
    columns = {**_columns("xyz", mesh.vertices, "<f4"), **_columns(_COLOURS, mesh.colours, "u1")}
    faces = np.empty(len(mesh.faces), [("n", "u1"), ("corners", "<i4", 3)])
    faces["n"] = 3
    faces["corners"] = mesh.faces
    _write(path, _table(columns), faces)


def read_points(path: Path) -> NDArray[np.float64]:
    """Returns the points (n, 3) of a cloud or a mesh."""
    return _points(_read(path)[0])


def read_mesh(path: Path) -> Mesh:
    """Returns a mesh, grey if it has no colours. Raises ValueError if the file is not a binary mesh of triangles."""
    table, faces = _read(path)
    if (faces["n"] != 3).any():
        raise ValueError("not all faces are triangles")
    grey = np.full(len(table), 128, np.uint8)
    coloured = "red" in (table.dtype.names or ())
    colours = np.stack([table[name] if coloured else grey for name in _COLOURS], 1).astype(np.uint8)
    return Mesh(_points(table), faces["corners"].astype(np.int64), colours)


def _read(path: Path) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Returns the tables of vertices and of faces."""
    data = path.read_bytes()
    end = data.index(b"end_header\n") + len(b"end_header\n")
    vertex, vertices, face, faces = _layout(data[:end].decode("ascii").splitlines())
    table = np.frombuffer(data, vertex, vertices, end)
    return table, np.frombuffer(data, face, faces, end + table.nbytes)


def _points(table: NDArray[np.void]) -> NDArray[np.float64]:
    return np.stack([table[name] for name in "xyz"], 1).astype(np.float64)


def _columns(names: str | tuple[str, ...], values: NDArray[np.generic], kind: str) -> dict[str, NDArray[np.generic]]:
    return {name: values[:, at].astype(kind) for at, name in enumerate(names)}


def _table(columns: dict[str, NDArray[np.generic]]) -> NDArray[np.void]:
    length = len(next(iter(columns.values())))
    table = np.empty(length, [(name, column.dtype.str.replace("|", "")) for name, column in columns.items()])
    for name, column in columns.items():
        table[name] = column
    return table


def _write(path: Path, vertices: NDArray[np.void], faces: NDArray[np.void] | None) -> None:
    fields = vertices.dtype.fields or {}
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(vertices)}"]
    header += [f"property {_NAMES[kind.str.replace('|', '')]} {name}" for name, (kind, *_) in fields.items()]
    if faces is not None:
        header += [f"element face {len(faces)}", "property list uchar int vertex_indices"]
    with path.open("wb") as file:
        file.write(("\n".join([*header, "end_header"]) + "\n").encode("ascii"))
        file.write(vertices.tobytes())
        if faces is not None:
            file.write(faces.tobytes())


def _layout(header: list[str]) -> tuple[np.dtype[np.void], int, np.dtype[np.void], int]:
    """Parses a header: types and numbers of vertices and of faces."""
    counts = {"vertex": 0, "face": 0}
    columns: list[tuple[str, str]] = []
    corners: list[tuple[str, str] | tuple[str, str, int]] = [("n", "u1"), ("corners", "<i4", 3)]
    element = ""
    for words in (line.split() for line in header):
        if words[0] == "format" and words[1] != "binary_little_endian":
            raise ValueError(f"unexpected PLY format: {words[1]}")
        if words[0] == "element":
            element = words[1]
            counts[element] = int(words[2])
        elif words[0] == "property" and element == "vertex":
            columns.append((words[2], _TYPES[words[1]]))
        elif words[0] == "property" and element == "face":
            corners = [("n", _TYPES[words[2]]), ("corners", _TYPES[words[3]], 3)]
    return np.dtype(columns), counts["vertex"], np.dtype(corners), counts["face"]
