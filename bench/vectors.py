"""Entries of an index that is large but costs no embedding: seeded unit vectors and seeded words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from pipeline.embeddings import DIMENSIONS
from pipeline.search.entry import Entry

SEED = 11
CHUNKS_OF_A_DOCUMENT = 10
WORDS_OF_A_CHUNK = 120
VOCABULARY = 30_000
CATEGORIES = ("contract", "invoice", "letter", "report")


def document_id(number: int) -> UUID:
    return UUID(int=(SEED << 64) + number)


def words(generator: np.random.Generator, count: int) -> str:
    """Words as frequent as in a language: the n-th is used half as often as the n/2-th."""
    places = np.minimum(generator.zipf(1.3, size=count), VOCABULARY)
    return " ".join(f"word{place}" for place in places)


def entries(chunks: int, *, tenant: str, model: str) -> Iterator[Entry]:
    """The same for the same number of chunks."""
    generator = np.random.default_rng(SEED)
    for number in range(chunks):
        vector = generator.standard_normal(DIMENSIONS)
        document, ordinal = divmod(number, CHUNKS_OF_A_DOCUMENT)
        yield Entry(
            document_id=document_id(document),
            run=1,
            ordinal=ordinal,
            tenant=tenant,
            filename=f"document-{document}.pdf",
            created_at=datetime(2024, 1 + document % 12, 1, tzinfo=UTC),
            text=words(generator, WORDS_OF_A_CHUNK),
            page=1 + ordinal,
            category=CATEGORIES[document % len(CATEGORIES)],
            language="en",
            model=model,
            vector=(vector / np.linalg.norm(vector)).tolist(),
        )
