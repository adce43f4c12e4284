"""Pictures: how large they are, their frames as RGB, and PNG of them. The only reader of image files."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from pipeline.errors import Rejected

PIXELS = 90_000_000
_DAMAGED = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError)


@contextmanager
def opened(path: Path, *, max_pixels: float = PIXELS) -> Iterator[Image.Image]:
    """The picture, not decoded yet. Raises Rejected "corrupt" or "image-too-large", also while it is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(path)
        with picture:
            if picture.width * picture.height > max_pixels:
                raise Rejected("image-too-large", _too_large(picture.width, picture.height, max_pixels))
            yield picture
    except Image.DecompressionBombError as error:
        raise Rejected("image-too-large", f"the picture has more than {max_pixels:.0f} pixels") from error
    except _DAMAGED as error:
        raise Rejected("corrupt", "the picture is damaged") from error


def _too_large(width: int, height: int, max_pixels: float) -> str:
    return f"the picture has {width} x {height} pixels; at most {max_pixels:.0f} are allowed"


def frames(picture: Image.Image) -> int:
    """Pages of a TIFF; an animation counts as its first frame."""
    return getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1


def upright(picture: Image.Image, frame: int, *, max_pixels: float = PIXELS) -> Image.Image:
    """A frame, counted from 1, as RGB on white, turned as its EXIF says. Raises Rejected "image-too-large"."""
    picture.seek(frame - 1)
    if picture.width * picture.height > max_pixels:
        raise Rejected("image-too-large", _too_large(picture.width, picture.height, max_pixels))
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        layer = turned.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    return turned.convert("RGB")


def png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()
