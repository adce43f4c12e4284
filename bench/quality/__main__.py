"""python -m bench.quality FOLDER --queries FILE: what the running product makes of a labelled folder.

FOLDER holds manifest.jsonl; the files it names, and those of the queries, are relative to the folder's parent. Prints
JSON on standard output and tables on standard error.
"""

import argparse
import json
import sys
from pathlib import Path

from cli.client import Client
from cli.place import api_key, url

from . import manifest, observed
from .drive import observe
from .report import report
from .table import readable


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with manifest.jsonl")
    parser.add_argument("--queries", type=Path, help="searches with the files that answer them, one JSON a line")
    parser.add_argument("--observed", type=Path, help="keeps what the product answered; scored anew where it exists")
    parser.add_argument("--within", type=float, default=7200, help="seconds to wait for the last document")
    asked = parser.parse_args()
    labels = manifest.labelled(asked.folder)
    queries = manifest.queries(asked.queries) if asked.queries else []
    if asked.observed and asked.observed.exists():
        seen = observed.read(asked.observed)
    else:
        seen = observe(Client(url(None), api_key(None)), asked.folder.resolve().parent, labels, queries, asked.within)
        if asked.observed:
            observed.kept(seen, asked.observed)
    scored = report(labels, queries, seen)
    print(readable(scored), file=sys.stderr)
    print(json.dumps(scored, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
