"""The file of a light model, read without numpy: who only takes one in need not carry that.

A zip of arrays (numpy.lib.format, versions 1.0 and 2.0), each with a header that says how its bytes lie.
"""

import io
import lzma
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 16_000_000
"""In the file; in memory it is four times as much, and classify keeps several models."""

TEXTS = ("classes", "embedder")
NUMBERS = ("idf", "word_weights", "word_bias", "embedding_weights", "embedding_bias")
MAGIC = b"\x93NUMPY"
LENGTHS = {(1, 0): "<H", (2, 0): "<I"}
HEADER = re.compile(
    rb"\{'descr': '([<|][fuU]\d{1,9})', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,9}, ?){0,2}\d{0,9})\), \} *\n"
)
FLOATS = {"<f2": "<e", "<f4": "<f", "<f8": "<d"}
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(OSError, EOFError, KeyError, RuntimeError, UnicodeError),
)
"""What a file that somebody made up leads to."""


@dataclass(frozen=True, kw_only=True)
class Array:
    """kind as numpy writes it, '<f2'; columns lie together where by_columns, else rows."""

    kind: str
    shape: tuple[int, ...]
    by_columns: bool
    data: bytes

    def numbers(self) -> Iterator[float]:
        return (value for (value,) in struct.iter_unpack(FLOATS[self.kind], self.data))

    def texts(self) -> list[str]:
        """Of characters of four bytes, each text padded with zeros; raises KeyError for numbers."""
        if not self.kind.startswith("<U"):
            raise KeyError(self.kind)
        size = 4 * int(self.kind[2:])
        pieces = [self.data[start : start + size] for start in range(0, len(self.data), size)] if size else [b""]
        return [piece.decode("utf-32-le").rstrip("\0") for piece in pieces]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a model file holds; the parts fit together, and all numbers are finite."""

    classes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    embedder: str
    numbers: dict[str, Array]


def read(content: bytes) -> Parts:
    """Raises ValueError for what is no model file."""
    try:
        arrays = dict(_arrays(content))
        parts = Parts(
            classes=tuple(arrays["classes"].texts()),
            vocabulary=tuple(arrays["vocabulary"].data.decode().split("\n")),
            embedder=arrays["embedder"].texts()[0],
            numbers={name: arrays[name] for name in NUMBERS},
        )
        finite = all(map(math.isfinite, (value for each in parts.numbers.values() for value in each.numbers())))
    except UNREADABLE as error:
        raise ValueError(f"this is no model file: {error}") from error
    if not finite or not _fit(arrays, parts):
        raise ValueError("the parts of this model do not fit together")
    return parts


def _arrays(content: bytes) -> Iterator[tuple[str, Array]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(each.file_size for each in archive.infolist()) > MOST_BYTES:
            raise ValueError(f"a model unpacks to at most {MOST_BYTES} bytes")
        for name in ("vocabulary", *TEXTS, *NUMBERS):
            yield name, _array(archive.read(f"{name}.npy"))


def _array(content: bytes) -> Array:
    length = LENGTHS[content[6], content[7]] if content.startswith(MAGIC) and len(content) > 8 else None
    if length is None:
        raise EOFError("a part is no array")
    start = 8 + struct.calcsize(length)
    end = start + struct.unpack_from(length, content, 8)[0]
    header = HEADER.fullmatch(content, start, end)
    if header is None:
        raise EOFError("an array is of another kind than those of a model")
    kind, by_columns, shape = (each.decode() for each in header.groups())
    array = Array(
        kind=kind,
        shape=tuple(int(each) for each in re.findall(r"\d+", shape)),
        by_columns=by_columns == "True",
        data=content[end:],
    )
    if len(array.data) != math.prod(array.shape) * int(kind[2:]) * (4 if kind[1] == "U" else 1):
        raise EOFError("an array is not as long as it says")
    return array


def _fit(arrays: dict[str, Array], parts: Parts) -> bool:
    shapes = {name: each.shape for name, each in arrays.items()}
    classes, features, width = len(parts.classes), len(parts.vocabulary), shapes["embedding_weights"][:1]
    return shapes == {
        "classes": (classes,),
        "embedder": (),
        "vocabulary": (len(arrays["vocabulary"].data),),
        "idf": (features,),
        "word_weights": (features, classes),
        "word_bias": (classes,),
        "embedding_weights": (*width, classes),
        "embedding_bias": (classes if any(width) else 0,),
    }
