"""The mount point that Java looks for."""

from pathlib import Path

from local.opensearch import mountpoint

MOUNTS = """\
proc /proc proc rw,relatime 0 0
/dev/vda /srv/my\\040data ext4 rw,relatime 0 0
"""


def test_a_mount_point_is_read_as_it_is_named() -> None:
    assert mountpoint.points(MOUNTS) == ["/proc", "/srv/my data"]


def test_a_mount_that_is_listed_is_not_hidden() -> None:
    assert not mountpoint.is_hidden(Path("/proc/self"))


def test_the_command_keeps_its_words_below_its_own_root() -> None:
    command = mountpoint.shown(["java", "-cp", "a b"], Path("/empty"), "docstream")
    assert command[-5:] == ["/empty", "docstream:docstream", "java", "-cp", "a b"]
