"""PostgreSQL from the distribution: an own cluster, loopback and passwords only, four roles, one database."""

import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from local import credentials
from local.errors import ServiceError
from local.server import Server, as_account, clean_environment, own_folder
from local.site import Site

ROLES = {
    "docstream_owner": ("docstream-db-owner", "CREATEDB"),
    "docstream": ("docstream-db", "NOCREATEDB"),
    "docstream_read": ("docstream-db-read", "NOCREATEDB"),
    "docstream_erase": ("docstream-db-erase", "NOCREATEDB"),
}
"""Role: its secret and what it may do beyond logging in; rights inside the database come with the migrations."""

DATABASE = "docstream"
OWNER = "docstream_owner"
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

    def healthy(self) -> bool:
        try:
            connect(self.site, DATABASE).close()
        except psycopg2.OperationalError:
            return False
        return True

    def start(self) -> None:
        server = self.servers[0]
        if server.pid() is None:
            self._initialise()
            self._set_passwords()
        server.start(lambda: _answers(self.site), within=60)
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


def connect(
    site: Site, database: str, *, user: str = OWNER, secret: str = "docstream-db-owner"
) -> "psycopg2.extensions.connection":
    """A connection as this role. Raises psycopg2.OperationalError."""
    return psycopg2.connect(
        host="127.0.0.1",
        port=site.port("postgres"),
        dbname=database,
        user=user,
        password=credentials.read(site.secrets, secret),
        connect_timeout=2,
    )


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


def _answers(site: Site) -> bool:
    try:
        connect(site, "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True
