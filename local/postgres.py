"""PostgreSQL from the distribution: an own cluster, loopback and passwords only, four roles, one database."""

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local import credentials
from local.errors import ServiceError
from local.progress import Report
from local.server import Server, as_account, clean_environment, own_folder, works_in
from local.site import Site

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

ROLES = {
    "docstream_owner": ("docstream-db-owner", "CREATEDB"),
    "docstream": ("docstream-db", "NOCREATEDB"),
    "docstream_read": ("docstream-db-read", "NOCREATEDB"),
    "docstream_erase": ("docstream-db-erase", "NOCREATEDB"),
}
"""Role: its secret and what it may do beyond logging in; rights inside the database come with the migrations."""

DATABASE = "docstream"
OWNER = "docstream_owner"
CHILDREN_SECONDS = 10
"""How long the children of a killed server may take to notice."""

PROGRAMS = Path("/usr/lib/postgresql")

HOST_BASED_AUTHENTICATION = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
}


def role_statements(secrets: Path) -> list[str]:
    """SQL that creates the roles that are missing and gives all of them today's passwords; safe to repeat."""
    statements = []
    for role, (secret, attribute) in ROLES.items():
        missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
        statements.append(f"DO $$ BEGIN IF {missing} THEN CREATE ROLE {role}; END IF; END $$;")
        statements.append(f"ALTER ROLE {role} LOGIN {attribute} PASSWORD '{credentials.read(secrets, secret)}';")
    return statements


@dataclass(frozen=True)
class Postgres:
    site: Site
    name = "PostgreSQL"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.site.port('postgres')}"

    @property
    def folder(self) -> Path:
        return self.site.folder("postgres")

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def servers(self) -> list[Server]:
        settings = {**SETTINGS, "port": str(self.site.port("postgres"))}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [
            Server(
                name="postgres",
                folder=self.folder,
                command=[str((self._programs() or PROGRAMS) / "postgres"), "-D", str(self.cluster), *options],
                account=self.site.account,
                stop_signal=signal.SIGINT,
            )
        ]

    def missing_packages(self) -> list[str]:
        return [] if self._programs() else ["postgresql"]

    def answers(self) -> bool:
        return answers(self.site, DATABASE)

    def start(self, report: Report) -> None:
        server = self.servers[0]
        if server.pid() is None:
            self._initialise()
            self._clear_after_a_crash()
            self._set_passwords()
        server.start(lambda: answers(self.site, "postgres"), within=60)
        create_database(self.site)

    def _programs(self) -> Path | None:
        """The programs that can open the cluster; the newest ones when there is no cluster yet."""
        version = self.cluster / "PG_VERSION"
        pattern = version.read_text().strip() if version.exists() else "*"
        found = [path.parent for path in PROGRAMS.glob(f"{pattern}/bin/initdb")]
        return max(found, key=lambda path: float(path.parent.name), default=None)

    def _initialise(self) -> None:
        """A cluster appears under its name only when it is complete."""
        if self.cluster.exists():
            return
        own_folder(self.folder, self.site.account)
        unfinished = self.folder / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["--username=postgres", "--auth=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", [f"--pgdata={unfinished}", *options])
        (unfinished / "pg_hba.conf").write_text(HOST_BASED_AUTHENTICATION, encoding="ascii")
        unfinished.rename(self.cluster)

    def _clear_after_a_crash(self) -> None:
        """The lock of a killed server goes once its children are gone, even while its number lingers as a zombie."""
        deadline = time.monotonic() + CHILDREN_SECONDS
        while works_in(self.cluster):
            if time.monotonic() > deadline:
                raise ServiceError(f"another PostgreSQL still works in {self.cluster}")
            time.sleep(0.05)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _set_passwords(self) -> None:
        """In single-user mode, over standard input: the superuser needs no password and can never log in."""
        script = "".join(f"{statement}\n\n" for statement in role_statements(self.site.secrets))
        self._run("postgres", ["--single", "-j", "-D", str(self.cluster), "postgres"], script)

    def _run(self, program: str, arguments: list[str], script: str = "") -> None:
        done = subprocess.run(
            [str((self._programs() or PROGRAMS) / program), *arguments],
            input=script,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=clean_environment(self.folder, {}),
            check=False,
            **as_account(self.site.account),
        )
        if done.returncode or "ERROR:" in done.stderr:
            raise ServiceError(f"{program} failed: {done.stderr.strip()}")


def connect(site: Site, database: str, *, user: str = OWNER, password: Path | None = None) -> "Connection":
    """As the role that owns the database, unless another one and the file of its password are given.

    Raises psycopg2.OperationalError.
    """
    # Packages are looked for before anything is installed, by a Python without this one.
    import psycopg2

    return psycopg2.connect(
        host="127.0.0.1",
        port=site.port("postgres"),
        dbname=database,
        user=user,
        password=(password or site.secrets / ROLES[OWNER][0]).read_text(encoding="ascii"),
        connect_timeout=2,
    )


def answers(site: Site, database: str) -> bool:
    import psycopg2

    try:
        connect(site, database).close()
    except psycopg2.OperationalError:
        return False
    return True


def create_database(site: Site) -> None:
    """The database, owned by the role that migrates it; nothing happens when it exists."""
    connection = connect(site, "postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        connection.close()
