"""A running product whose links to its servers a test can cut one by one."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from pipeline import settings
from tests.promise.network import Proxy
from tests.promise.rig import Rig
from tests.promise.running import running


@contextmanager
def linked_product(folder: Path, model: str) -> Iterator[tuple[Rig, Mapping[str, Proxy]]]:
    """The links by the names of the circuits; model is the address of a model server."""
    postgres = settings.postgres()
    urls = {
        "object-store": os.environ["AWS_ENDPOINT_URL_S3"],
        "search": os.environ["OPENSEARCH_URL"],
        "ollama": model,
        "postgresql": f"postgresql://{postgres.host}:{postgres.port}",
    }
    with ExitStack() as opened:
        links = {name: opened.enter_context(link(url)) for name, url in urls.items()}
        through = {
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{links['object-store'].port}",
            "OPENSEARCH_URL": f"http://127.0.0.1:{links['search'].port}",
            "OLLAMA_HOST": f"http://127.0.0.1:{links['ollama'].port}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(links["postgresql"].port),
        }
        yield opened.enter_context(running(folder, **through)), links


def link(url: str) -> Proxy:
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    return Proxy(address.hostname, address.port)
