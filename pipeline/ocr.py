"""Pictures become cells of text. The only home of RapidOCR."""

import functools
import math
import os
import statistics
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from pipeline.legible import unread
from pipeline.pages import Turn
from pipeline.rows import Cell

ENGINE = "rapidocr"
_PIXELS = 3_300_000
_LONGEST_SIDE = 4000
_SLENDER = 8
"""Longer sides in shorter ones: a line of 4000 x 12 pixels would take gigabytes."""
_MIN_SCORE = 0.5
_STEEP = math.radians(30)
_MOSTLY = 0.6
_WELL_READ = 0.78
"""Mean scores: text that stands reads above 0.85, text on its head below 0.75."""

_lock = threading.Lock()
"""One picture at a time: the engine needs several hundred megabytes while it reads."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The lines of text in a picture, with their place on it once it was turned to stand.

    illegible: most of what is written there is in a script the engine does not know, or too poor to read.
    """

    cells: tuple[Cell, ...] = ()
    turned: Turn = 0
    illegible: bool = False


@dataclass(frozen=True, kw_only=True)
class _Found:
    """quads are the corners of each line in pixels, clockwise from the start of its text."""

    texts: Sequence[str]
    quads: Any
    scores: Sequence[float]
    turned: Turn = 0
    illegible: bool = False

    @property
    def score(self) -> float:
        """The mean score of a character, 1 where there is no text."""
        return float(np.average(self.scores, weights=[len(text) for text in self.texts])) if self.texts else 1.0

    @property
    def sideways(self) -> bool:
        """Do most characters stand in lines that are taller than wide?"""
        sides = [(len(t), *np.hypot(*(q[1::2] - q[[0, 0]]).T)) for t, q in zip(self.texts, self.quads, strict=True)]
        tall = sum(chars for chars, width, height in sides if chars > 3 and height > 1.3 * width)
        return bool(tall > _MOSTLY * sum(chars for chars, _, _ in sides if chars > 3))


def read(picture: Image.Image, *, scale: float = 1.0) -> Reading:
    """What stands in an RGB picture. scale is in pixels to the point; cells are in points.

    A picture that lies on its side or head is turned first.
    """
    fit = min(1.0, _LONGEST_SIDE / max(picture.size), math.sqrt(_PIXELS / (picture.width * picture.height)))
    if fit < 1.0:
        picture = picture.resize((max(1, round(picture.width * fit)), max(1, round(picture.height * fit))))
    with _lock:
        found = _standing(_no_strip(picture))
    quads = found.quads / (fit * scale)
    slope = _slope(quads)
    cells = tuple(_cell(text, quad, slope) for text, quad in zip(found.texts, quads, strict=True))
    return Reading(cells=cells, turned=found.turned, illegible=found.illegible)


def _no_strip(picture: Image.Image) -> Image.Image:
    """The picture with white beside or below it where it is slender: the engine enlarges the shorter side."""
    least = math.ceil(max(picture.size) / _SLENDER)
    if min(picture.size) >= least:
        return picture
    padded = Image.new("RGB", (max(picture.width, least), max(picture.height, least)), "white")
    padded.paste(picture)
    return padded


def _standing(picture: Image.Image) -> _Found:
    """What is read once the picture stands upright: lines that are taller than wide, or read badly, give it away."""
    found = _read(picture)
    if found.sideways:
        # The engine itself turns tall lines to the left: where they read well, so must the picture.
        return _read(picture, turned=270 if found.score > _WELL_READ else 90)
    if found.score > _WELL_READ:
        return found
    on_its_head = _read(picture, turned=180)
    if on_its_head.illegible:
        return found
    return max(found, on_its_head, key=lambda each: each.score if each.texts else 0.0)


def _read(picture: Image.Image, turned: Turn = 0) -> _Found:
    """Step by step, since the engine as a whole drops the lines in which it reads nothing."""
    from rapidocr.utils.process_img import map_boxes_to_original

    engine, picture = _engine(), picture.rotate(-turned, expand=True)
    image, changes = engine.preprocess_img(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]))
    lines, _, said, _ = engine.run_ocr_steps(image, changes)
    if lines.boxes is None or said.txts is None:
        return _Found(texts=(), quads=np.empty((0, 4, 2)), scores=(), turned=turned)
    quads = map_boxes_to_original(np.array(lines.boxes, dtype=float), changes, picture.height, picture.width)
    kept = [i for i, text in enumerate(said.txts) if text.strip() and said.scores[i] >= _MIN_SCORE]
    return _Found(
        texts=[said.txts[i] for i in kept],
        quads=quads[kept],
        scores=[said.scores[i] for i in kept],
        turned=turned,
        illegible=unread(zip(said.txts, said.scores, map(_length, quads), strict=True)),
    )


def _length(quad: Any) -> float:
    """Of a line, in its heights."""
    sides = np.hypot(*(quad[1] - quad[0])), np.hypot(*(quad[3] - quad[0]))
    return float(max(sides) / max(min(sides), 1.0))


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    _let_threads_sleep()
    return RapidOCR(
        params={
            "Global.use_cls": False,  # turning lines that are not upside down garbles long ones
            "Global.max_side_len": _LONGEST_SIDE,
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": min(4, len(os.sched_getaffinity(0))),
        }
    )


def _let_threads_sleep() -> None:
    """Threads that spin while they wait take the cores from everybody else; RapidOCR has no option for it."""
    from rapidocr.inference_engine.onnxruntime.main import OrtInferSession

    usual = OrtInferSession._init_sess_opts

    def options(cfg: Any) -> Any:
        made = usual(cfg)
        made.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return made

    setattr(OrtInferSession, "_init_sess_opts", staticmethod(options))  # noqa: B010


def _slope(quads: Sequence[Any]) -> float:
    """The usual rise of a line to the right, in radians, judged by the lines that are long enough to tell."""
    angles = []
    for quad in quads:
        along = quad[1] - quad[0]
        if np.hypot(*along) > 4 * np.hypot(*(quad[3] - quad[0])):
            angles.append(math.atan2(along[1], along[0]))
    slope = statistics.median(angles) if angles else 0.0
    return slope if abs(slope) < _STEEP else 0.0


def _cell(text: str, quad: Any, slope: float) -> Cell:
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    x, y = quad.mean(axis=0)
    height = min(float(np.hypot(*(quad[3] - quad[0]))), float(bottom - top))
    return Cell(
        text=text,
        left=float(left),
        top=float(top),
        right=float(right),
        bottom=float(bottom),
        level=float(y * math.cos(slope) - x * math.sin(slope)),
        height=height,
        ocr=True,
    )
