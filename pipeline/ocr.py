"""Pictures become cells of text. The only home of RapidOCR."""

import functools
import math
import os
import statistics
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from pipeline.rows import Cell

ENGINE = "rapidocr"
_PIXELS = 3_300_000
_LONGEST_SIDE = 4000
_MIN_SCORE = 0.5
_STEEP = math.radians(30)

_lock = threading.Lock()
"""One picture at a time: the engine needs several hundred megabytes while it reads."""


def cells(picture: Image.Image, *, left: float = 0.0, top: float = 0.0, scale: float = 1.0) -> tuple[Cell, ...]:
    """The lines of text in an RGB picture.

    scale is in pixels to the point and left, top the place of the picture on its page, in points; so are the cells.
    """
    fit = min(1.0, _LONGEST_SIDE / max(picture.size), math.sqrt(_PIXELS / (picture.width * picture.height)))
    if fit < 1.0:
        picture = picture.resize((max(1, round(picture.width * fit)), max(1, round(picture.height * fit))))
    with _lock:
        found = _engine()(np.asarray(picture)[:, :, ::-1])
    if found.boxes is None or found.txts is None:
        return ()
    quads = np.asarray(found.boxes, dtype=float) / (fit * scale) + np.array([left, top])
    slope = _slope(quads)
    return tuple(_cell(text, quad, slope) for text, quad in zip(found.txts, quads, strict=True))


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    _let_threads_sleep()
    return RapidOCR(
        params={
            "Global.text_score": _MIN_SCORE,
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
