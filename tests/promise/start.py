"""Starts one process of the product with crash points and faults around it.

python tests/promise/start.py --app functions.<name>.handler:app ...   as the template does
python tests/promise/start.py connector                                as python -m connector does

PROMISE_PLAN is the folder that says which of them are on.
"""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template" / "python3-starlette" / "index.py"


def main() -> None:
    sys.path[0] = str(ROOT)
    from tests.promise import failpoints, faults
    from tests.promise.points import POINTS

    function = sys.argv[1] == "--app"
    process = sys.argv[2].split(".")[1] if function else sys.argv[1]
    plan = failpoints.Plan(Path(os.environ["PROMISE_PLAN"]))
    faults.install(process, plan)
    failpoints.install(POINTS.get(process, ()), process, plan)
    if function:
        runpy.run_path(str(TEMPLATE), run_name="__main__")
    else:
        sys.argv = sys.argv[1:]
        runpy.run_module(process, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
