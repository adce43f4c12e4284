"""An S3 server from PyPI: SeaweedFS in one process."""

import sysconfig
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from local import credentials, probe
from local.errors import ServiceError
from local.progress import Report
from local.server import Server
from local.site import Site

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "docstream"
READY_KEY = "ready"


def client(site: Site) -> "S3Client":
    """Waits at most two seconds for an answer and never repeats a call."""
    # 0.4 s to import: an up that finds everything running does not pay them.
    import boto3
    from botocore.config import Config

    limits = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=2,
        read_timeout=2,
        retries={"total_max_attempts": 1},
    )
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{site.port('s3')}",
        region_name="us-east-1",
        aws_access_key_id="docstream",
        aws_secret_access_key=credentials.read(site.secrets, "docstream-s3"),
        config=limits,
    )


def create_bucket(site: Site) -> bool:
    """Whether the bucket is there and takes an object: an open port alone does not mean that."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        with closing(client(site)) as s3:
            if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
                s3.create_bucket(Bucket=BUCKET)
            s3.put_object(Bucket=BUCKET, Key=READY_KEY, Body=b"an empty object would need no volume")
            s3.delete_object(Bucket=BUCKET, Key=READY_KEY)
    except (BotoCoreError, ClientError):
        return False
    return True


@dataclass(frozen=True)
class S3:
    site: Site
    name = "S3"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.site.port('s3')}"

    @property
    def _data(self) -> Path:
        return self.site.folder("s3") / "data"

    @property
    def servers(self) -> list[Server]:
        ports = {
            "-s3.port": "s3",
            "-master.port": "s3-master",
            "-volume.port": "s3-volume",
            "-filer.port": "s3-filer",
            "-admin.port": "s3-admin",
        }
        options = {
            "-dir": str(self._data),
            "-ip": "127.0.0.1",
            "-ip.bind": "127.0.0.1",
            **{option: str(self.site.port(name)) for option, name in ports.items()},
            "-s3.port.iceberg": "0",
            "-s3.port.lance": "0",
            "-s3.autoCreateBucket": "false",
            "-s3.allowDeleteBucketNotEmpty": "false",
            "-admin.ui": "false",
            "-webdav": "false",
            "-master.telemetry": "false",
        }
        return [
            Server(
                name="s3",
                folder=self.site.folder("s3"),
                command=[
                    str(_program()),
                    f"-logdir={self.site.folder('s3')}",
                    "mini",
                    *(f"{option}={value}" for option, value in options.items()),
                ],
                environment={
                    "AWS_ACCESS_KEY_ID": "docstream",
                    "AWS_SECRET_ACCESS_KEY": credentials.read(self.site.secrets, "docstream-s3"),
                    "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",
                },
            )
        ]

    def missing_packages(self) -> list[str]:
        return []

    def answers(self) -> bool:
        """It refuses to show its bucket to a stranger."""
        return probe.http_status(f"http://{self.address}/{BUCKET}") == HTTPStatus.FORBIDDEN

    def start(self, report: Report) -> None:
        """Raises ServiceError when the program is not in the virtual environment."""
        if not _program().exists():
            raise ServiceError("the S3 server is not installed: pip install -r local/requirements.txt")
        self._data.mkdir(parents=True, exist_ok=True)
        self.servers[0].start(lambda: self._old_objects_are_readable() and create_bucket(self.site), within=60)

    def _old_objects_are_readable(self) -> bool:
        """The master knows every volume again; after a crash that can be five seconds later than new objects work."""
        volumes = [file.stem.rpartition("_")[2] for file in self._data.glob("*.dat")]
        master = f"http://127.0.0.1:{self.site.port('s3-master')}/dir/lookup?volumeId="
        return all(probe.http_status(master + volume) == HTTPStatus.OK for volume in volumes)


def _program() -> Path:
    return Path(sysconfig.get_path("scripts")) / "weed"
