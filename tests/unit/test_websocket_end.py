"""Why a WebSocket is closed, in a frame that holds little."""

from functions.notify.live import CLOSE_BYTES, closing_words
from pipeline.errors import BadRequest


def test_a_close_frame_holds_the_reason_in_any_alphabet() -> None:
    words = closing_words(BadRequest("ü" * 200, code="invalid-parameter"))
    assert words.startswith("invalid-parameter: ü")
    assert len(words.encode()) in (CLOSE_BYTES - 1, CLOSE_BYTES)
