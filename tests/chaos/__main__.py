"""The long form of the proof: many documents under steady faults of every kind, and one table.

DOCUMENTS says how many, SEED which faults; both are printed. CHAOS_HOME names services that are kept from run to run.
"""

import os
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.chaos.faulty import Faulty
from tests.chaos.table import table
from tests.promise.checker import check
from tests.promise.client import broken, mail, text
from tests.promise.rig import Rig
from tests.promise.running import running
from tests.promise.victims import victims
from tests.servers import found_or_started

CLIENTS = 8
LEAST_SECONDS = 300.0
BETWEEN_SECONDS = 0.4
REST_SECONDS = 900.0
SHARES = ((mail, "news.eml"), (broken, "broken.pdf"), *((text, "notes.txt"),) * 8)


def main() -> int:
    count, seed = int(os.environ.get("DOCUMENTS", "1000")), int(os.environ.get("SEED", str(int(time.time()))))
    print(f"{count} documents, seed {seed}", flush=True)
    found_or_started()
    with tempfile.TemporaryDirectory(prefix="docstream-chaos-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        home = Path(os.environ.get("CHAOS_HOME") or folder / "services")
        with victims(home) as victim, running(folder / "rig", **victim.settings()) as rig:
            repeated = rig.actions("repeated")
            with rig.plan.with_faults(twice="on", failing="0.1"), Faulty(rig, victim, seed) as faulty:
                work(rig, count, random.Random(seed + 2))
            left = rig.comes_to_rest(REST_SECONDS)
            evidence = rig.evidence(within=120)
            violations = check(evidence)
            absorbed = rig.actions("repeated") - repeated
            for name, number in table(evidence, violations, absorbed, faulty.injected()):
                print(f"{name:<34} {number:>8}")
            for each in [*violations[:40], *left.items()]:
                print(each)
    return 1 if violations or left else 0


def work(rig: Rig, count: int, chance: random.Random) -> None:
    """Clients that pause between their documents, so that there is time for every fault.

    One upload in eleven has no key, so its client asks only once; one document in twenty is deleted at once.
    """
    pause = 2 * CLIENTS * max(BETWEEN_SECONDS, LEAST_SECONDS / count)
    pauses = [chance.uniform(0, pause) for _ in range(count)]

    def upload(number: int) -> None:
        time.sleep(pauses[number])
        content, filename = SHARES[number % len(SHARES)]
        document = rig.client.upload(content(), filename, keyed=number % 11 != 0)
        if document and number % 20 == 0:
            rig.client.delete(document)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(upload, range(count)))


if __name__ == "__main__":
    sys.exit(main())
