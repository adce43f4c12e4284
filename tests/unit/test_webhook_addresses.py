"""A webhook reaches the internet, and of our own network only what an operator named."""

import pytest

from functions.notify.addresses import allowed

OURS = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "224.0.0.1",
    "239.1.1.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "fec0::1",
    "::7f00:1",
    "::ffff:0:7f00:1",
    "64:ff9b:1::7f00:1",
]
THEIRS = ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", OURS)
def test_addresses_that_are_not_of_the_internet_are_refused(address: str) -> None:
    assert not allowed(address)


@pytest.mark.parametrize("address", THEIRS)
def test_addresses_of_the_internet_are_allowed(address: str) -> None:
    assert allowed(address)


def test_a_named_network_is_allowed_and_nothing_beside_it() -> None:
    networks = ["10.1.0.0/16", "fd00::/64"]
    assert [allowed(each, networks) for each in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1")] == [True] * 3
    assert [allowed(each, networks) for each in ("10.2.0.1", "169.254.169.254", "fd00:1::1")] == [False] * 3
