"""python -m bench.search: how fast a search is, and how much of that is the index.

Needs the services (make up), not the functions: an index, a database and a process of `query` are made and removed.
The index holds seeded unit vectors and seeded words; the vectors of the queries are real. Each query is sent to the
function and, right after, bare to OpenSearch as `_msearch`. Prints JSON: p50 and p95 in milliseconds by mode, and the
ratio of the two p95.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from bench.corpus import percentile
from bench.scratch import Scratch, accepted, scratch
from bench.vectors import CHUNKS_OF_A_DOCUMENT, SEED, document_id, entries, words
from functions.query.search import CANDIDATES, MODES, SPARE, keyword
from pipeline import embeddings
from pipeline.errors import Unavailable
from pipeline.search import ask, index, queries
from pipeline.search.entry import Entry
from pipeline.search.filters import Filters

BULK = 200
WARM = 10
HITS = 10


patient = retry(
    retry=retry_if_exception_type(Unavailable), stop=stop_after_attempt(5), wait=wait_fixed(5), reraise=True
)
"""A busy server takes the same entries again."""


def filled(made: Iterable[Entry], chunks: int) -> float:
    """Seconds to write the entries."""
    started, part = time.monotonic(), []
    for number, entry in enumerate(made, start=1):
        part.append(entry)
        if len(part) == BULK or number == chunks:
            patient(index.put)(part)
            part = []
            print(f"\r{number} of {chunks} chunks ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return time.monotonic() - started


def bodies(text: str, mode: str, tenant: str) -> list[dict[str, Any]]:
    """What the function asks the index for, mode by mode."""
    filters = Filters(tenant=tenant)
    if mode == "keyword":
        return list(keyword(text, filters, HITS + SPARE))
    vector = embeddings.embed([text])[0].tolist()
    meaning = queries.by_meaning(vector, embeddings.model_name(), filters, CANDIDATES)
    return [meaning] if mode == "semantic" else [*keyword(text, filters, CANDIDATES), meaning]


def milliseconds(act: Callable[[], Any]) -> float:
    started = time.monotonic()
    act()
    return 1000 * (time.monotonic() - started)


def searched(session: requests.Session, at: Scratch, text: str, mode: str) -> None:
    asked = {"q": text, "mode": mode, "limit": str(HITS)}
    answer = session.get(f"{at.query}/search", params=asked, timeout=60)
    answer.raise_for_status()


def timed(at: Scratch, texts: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """Milliseconds by mode, of the function and bare, without those of the first queries."""
    taken: dict[str, dict[str, list[float]]] = {mode: defaultdict(list) for mode in MODES}
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {at.key}"
        for number, text in enumerate(texts):
            # The same words in another order cost the same, and no cache knows their answer.
            turned = " ".join(reversed(text.split()))
            for mode in MODES:
                asked = bodies(turned, mode, at.tenant)
                spent = {
                    "function": milliseconds(partial(searched, session, at, text, mode)),
                    "bare": milliseconds(partial(ask.candidates, *asked)),
                }
                for name, value in spent.items() if number >= WARM else ():
                    taken[mode][name].append(value)
    return taken


def run(chunks: int, count: int) -> dict[str, Any]:
    generator = np.random.default_rng(SEED + 1)
    texts = [words(generator, 3) for _ in range(count + WARM)]
    with scratch() as at:
        seconds = filled(entries(chunks, tenant=at.tenant, model=embeddings.model_name()), chunks)
        accepted([document_id(number) for number in range(-(-chunks // CHUNKS_OF_A_DOCUMENT))], at.tenant)
        taken = timed(at, texts)
    shares = {
        mode: {name: {"p50": percentile(each, 0.5), "p95": percentile(each, 0.95)} for name, each in found.items()}
        for mode, found in taken.items()
    }
    ratios = {mode: round(each["function"]["p95"] / each["bare"]["p95"], 2) for mode, each in shares.items()}
    return {"chunks": chunks, "queries": count, "seconds_to_fill": round(seconds, 1), **shares, "p95_ratio": ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=100)
    asked = parser.parse_args()
    print(json.dumps(run(asked.chunks, asked.queries), indent=2))


if __name__ == "__main__":
    main()
