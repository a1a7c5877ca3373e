"""IP addresses and address ranges, as Go's netip reads them; no zones, no IPv4 written as IPv6."""

from __future__ import annotations

import re
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)

from generator.check.admission.cel.declaration import Function, Opaque

Address = IPv4Address | IPv6Address
Range = IPv4Interface | IPv6Interface
"""An address with a prefix length; bits below the prefix are kept, as in Kubernetes."""

_LIMITED_BROADCAST = IPv4Address("255.255.255.255")
_LINK_LOCAL_MULTICAST = IPv4Network("224.0.0.0/24")


def parse_address(text: str) -> Address:
    """Raises ValueError."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and (address.scope_id is not None or address.ipv4_mapped):
        raise ValueError(f"a zone or an IPv4-mapped address is not allowed: {text!r}")
    return address


def parse_range(text: str) -> Range:
    """Raises ValueError."""
    address, _, length = text.rpartition("/")
    if not re.fullmatch(r"0|[1-9][0-9]{0,2}", length, re.ASCII):
        raise ValueError(f"not an address range: {text!r}")
    return ip_interface(f"{parse_address(address)}/{length}")


def is_address(text: str) -> bool:
    try:
        parse_address(text)
    except ValueError:
        return False
    return True


def is_range(text: str) -> bool:
    try:
        parse_range(text)
    except ValueError:
        return False
    return True


def is_link_local_multicast(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address in _LINK_LOCAL_MULTICAST
    return int(address) >> 112 & 0xFF0F == 0xFF02


def is_global_unicast(address: Address) -> bool:
    special = address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local
    return not special and address != _LIMITED_BROADCAST


def contains(outer: Range, address: Address) -> bool:
    return address in outer.network


def covers(outer: Range, inner: Range) -> bool:
    """Does the outer range hold every address of the inner one?"""
    one, other = outer.network, inner.network
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return other.subnet_of(one)
    if isinstance(one, IPv6Network) and isinstance(other, IPv6Network):
        return other.subnet_of(one)
    return False


def masked(value: Range) -> Range:
    return ip_interface(str(ip_network(value.network)))


IP = Opaque("net.IP", str, ip_address, equality=True)
CIDR = Opaque("net.CIDR", str, ip_interface, equality=True)
_IP, _CIDR = (IP,), (CIDR,)

FUNCTIONS = (
    Function("ip", "string_to_ip", ("string",), IP, parse_address),
    Function("isIP", "is_ip", ("string",), "bool", is_address),
    Function("ip.isCanonical", "ip_is_canonical", ("string",), "bool", lambda text: str(parse_address(text)) == text),
    Function("string", "ip_to_string", _IP, "string", str),
    Function("family", "ip_family", _IP, "int", lambda ip: ip.version, member=True),
    Function("isUnspecified", "ip_is_unspecified", _IP, "bool", lambda ip: ip.is_unspecified, member=True),
    Function("isLoopback", "ip_is_loopback", _IP, "bool", lambda ip: ip.is_loopback, member=True),
    Function("isLinkLocalUnicast", "ip_is_link_local_unicast", _IP, "bool", lambda ip: ip.is_link_local, member=True),
    Function("isLinkLocalMulticast", "ip_is_link_local_multicast", _IP, "bool", is_link_local_multicast, member=True),
    Function("isGlobalUnicast", "ip_is_global_unicast", _IP, "bool", is_global_unicast, member=True),
    Function("cidr", "string_to_cidr", ("string",), CIDR, parse_range),
    Function("isCIDR", "is_cidr", ("string",), "bool", is_range),
    Function("string", "cidr_to_string", _CIDR, "string", str),
    Function("ip", "cidr_ip", _CIDR, IP, lambda cidr: cidr.ip, member=True),
    Function("prefixLength", "cidr_prefix_length", _CIDR, "int", lambda cidr: cidr.network.prefixlen, member=True),
    Function("masked", "cidr_masked", _CIDR, CIDR, masked, member=True),
    Function("containsIP", "cidr_contains_ip_ip", (CIDR, IP), "bool", contains, member=True),
    Function(
        "containsIP",
        "cidr_contains_ip_string",
        (CIDR, "string"),
        "bool",
        lambda cidr, text: contains(cidr, parse_address(text)),
        member=True,
    ),
    Function("containsCIDR", "cidr_contains_cidr", (CIDR, CIDR), "bool", covers, member=True),
    Function(
        "containsCIDR",
        "cidr_contains_cidr_string",
        (CIDR, "string"),
        "bool",
        lambda cidr, text: covers(cidr, parse_range(text)),
        member=True,
    ),
)
