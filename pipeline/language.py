"""The language of a text, told offline; the only home of py3langid."""

import functools
import logging

from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

UNKNOWN = "und"

SAMPLE_CHARS = 4_000
FEWEST_BYTES = 12
LEAST_CONFIDENCE = 0.3

# Languages documents are commonly written in. The detector knows more, but its small and constructed ones
# take short texts away from their large neighbours (Walloon from French, Luxembourgish from German).
_COMMON = """
af ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gu he hi hr hu hy id is it ja ka kk km kn ko lo lt lv mk
ml mn mr ms my ne nl no pa pl pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh zxx
""".split()  # noqa: SIM905


def detect(text: str) -> str:
    """The ISO 639-1 code of the text's language, `und` where there is too little text to tell."""
    sample = text[:SAMPLE_CHARS]
    letters = "".join(filter(str.isalpha, sample))
    if len(letters.encode(errors="replace")) < FEWEST_BYTES:  # bytes, since a CJK letter says more than a Latin one
        return UNKNOWN
    code, confidence = _identifier().classify(_calm(sample))
    return code if len(code) == 2 and confidence >= LEAST_CONFIDENCE else UNKNOWN


def _calm(text: str) -> str:
    """Words only: digits say nothing, and capitals look like another language to the detector."""
    words = (word.strip(".,:;()[]*#-_/|\"'") for word in text.split())
    return " ".join(word.lower() if word.isupper() else word for word in words if any(map(str.isalpha, word)))


@functools.cache
def _identifier() -> LanguageIdentifier:
    logging.getLogger("py3langid").setLevel(logging.WARNING)
    identifier = LanguageIdentifier.from_model_file("data/model.npz.xz", norm_probs=True)
    identifier.set_languages(_COMMON)
    return identifier
