"""What tests ask the servers as their administrator."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import requests

from local import services
from pipeline import blobs, settings


def found_or_started() -> None:
    """The servers that the environment names, or our own ones, started here and named in it. A missing one fails."""
    if "PGHOST" not in os.environ:
        services.up(print)
        os.environ.update(services.environment())


@contextmanager
def owner(database: str) -> Iterator[psycopg2.extensions.connection]:
    """A connection of the role that owns every table and may create databases."""
    server = settings.postgres()
    connection = psycopg2.connect(
        host=server.host,
        port=server.port,
        dbname=database,
        user="docstream_owner",
        password=settings.secret("docstream-db-owner"),
    )
    try:
        yield connection
    finally:
        connection.close()


def administer(statement: str) -> None:
    """Run one statement outside a transaction, as the owner."""
    with owner("postgres") as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def dropped(name: str) -> bool:
    """Drop a database as soon as nobody uses it any more."""
    try:
        administer(f"DROP DATABASE {name}")
    except psycopg2.errors.ObjectInUse:
        return False
    return True


def remove_bucket(name: str) -> None:
    """With all it holds: a store has room for so many buckets."""
    for page in blobs.client().get_paginator("list_objects_v2").paginate(Bucket=name):
        for each in page.get("Contents", []):
            blobs.client().delete_object(Bucket=name, Key=each["Key"])
    blobs.client().delete_bucket(Bucket=name)


def management(method: str, path: str, body: object = None) -> requests.Response:
    """Call RabbitMQ's management API as its administrator."""
    answer = requests.request(
        method,
        f"{os.environ['RABBITMQ_MANAGEMENT_URL']}/api/{path}",
        json=body,
        auth=("docstream_ops", settings.secret("docstream-broker-ops")),
        timeout=120,
    )
    answer.raise_for_status()
    return answer
