"""The child process of extract: {"path", "media_type", "limits", "first", "last", "known", "spool"} to a conversion."""

from collections.abc import Callable
from pathlib import Path

from pipeline.isolated.serving import Json, serve
from pipeline.pages import pages_from_json

from .converted import Limits, to_json


def start() -> Callable[[Json], Json]:
    from . import convert, converter  # slow: Docling

    converter.start()

    def answer(request: Json) -> Json:
        return to_json(
            convert.convert(
                Path(request["path"]),
                media_type=request["media_type"],
                limits=Limits(**request["limits"]),
                spool=Path(request["spool"]),
                first=request["first"],
                last=request["last"],
                known=pages_from_json(request["known"]),
            )
        )

    return answer


if __name__ == "__main__":
    serve(start)
