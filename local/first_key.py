"""The tables and the first API key, before anybody calls: python -m local.first_key."""

import subprocess
import sys
from collections.abc import Mapping

from local import site
from local.errors import ServiceError
from pipeline import auth, database, settings


def ensure(environment: Mapping[str, str]) -> None:
    """Migrate and store the key in a process that sees only this environment. Raises ServiceError."""
    done = subprocess.run(
        [sys.executable, "-m", "local.first_key"],
        cwd=site.REPOSITORY,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServiceError(f"the database could not be prepared:\n{done.stderr.strip()[-2000:]}")


def main() -> None:
    database.migrate()
    auth.ensure_key(settings.secret("docstream-api-key"), tenant="default", scopes=auth.SCOPES, name="first")


if __name__ == "__main__":
    main()
