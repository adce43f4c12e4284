"""The distribution's Chromium, for the tests; python -m tests.web.chromium installs it where it is missing."""

import shutil

from local import packages

PACKAGES = ["chromium", "fonts-liberation"]


def program() -> str:
    """Raises ServiceError, naming the command to run, where it can be neither found nor installed."""
    found = shutil.which("chromium")
    if found is None:
        print(f"installing distribution packages: {' '.join(PACKAGES)}", flush=True)
        packages.install(PACKAGES, packages.how_to_become_root(PACKAGES))
        found = shutil.which("chromium")
    assert found is not None
    return found


if __name__ == "__main__":
    program()
