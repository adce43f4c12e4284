"""Which addresses a webhook may have: those of the world, and of our own network only what a setting names; pure."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""
INTERNET = IPv6Network("2000::/3")
"""RFC 4291 2.4: the rest is local, stands for an IPv4 address, or is given to nobody."""


def allowed(address: str, networks: Sequence[str] = ()) -> bool:
    """Is it an address of the internet, or in one of these networks? Raises ValueError for what is no address."""
    meant = reached(ip_address(address.partition("%")[0]))
    return of_the_internet(meant) or any(meant in ip_network(each) for each in networks)


def of_the_internet(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in INTERNET:
        return False
    return address.is_global and not address.is_multicast


def reached(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
