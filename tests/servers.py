"""What tests ask the servers as their administrator."""

import os

import psycopg2
import requests

from local import services
from pipeline import settings


def found_or_started() -> None:
    """The servers that the environment names, or our own ones, started here and named in it. A missing one fails."""
    if "PGHOST" not in os.environ:
        services.up(print)
        os.environ.update(services.environment())


def administer(statement: str) -> None:
    """Run one statement outside a transaction, as the role that may create databases."""
    server = settings.postgres()
    connection = psycopg2.connect(
        host=server.host,
        port=server.port,
        dbname="postgres",
        user="docstream_owner",
        password=settings.secret("docstream-db-owner"),
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def dropped(name: str) -> bool:
    """Drop a database as soon as nobody uses it any more."""
    try:
        administer(f"DROP DATABASE {name}")
    except psycopg2.errors.ObjectInUse:
        return False
    return True


def management(method: str, path: str, body: object = None) -> requests.Response:
    """Call RabbitMQ's management API as its administrator."""
    answer = requests.request(
        method,
        f"{os.environ['RABBITMQ_MANAGEMENT_URL']}/api/{path}",
        json=body,
        auth=("docstream_ops", settings.secret("docstream-broker-ops")),
        timeout=30,
    )
    answer.raise_for_status()
    return answer
