"""BER as TAP files have it: elements of the application class, definite lengths."""

from __future__ import annotations


def constructed(tag: int, *parts: bytes) -> bytes:
    """An element that holds others; those that are empty are left out."""
    return _element(0x60, tag, b"".join(parts))


def text(tag: int, value: str | None) -> bytes:
    return b"" if value is None else _element(0x40, tag, value.encode("ascii"))


def integer(tag: int, value: int | None) -> bytes:
    """A number in as few octets as it takes; none at all for None."""
    if value is None:
        return b""
    return _element(0x40, tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def digits(tag: int, value: str | None) -> bytes:
    """Two digits an octet, a filler behind an odd number of them."""
    return b"" if not value else _element(0x40, tag, bytes.fromhex(value + "f" * (len(value) % 2)))


def _element(first: int, tag: int, content: bytes) -> bytes:
    return _identifier(first, tag) + _length(len(content)) + content


def _identifier(first: int, tag: int) -> bytes:
    if tag < 31:
        return bytes([first | tag])
    octets = [tag & 0x7F]
    while tag := tag >> 7:
        octets.insert(0, tag & 0x7F | 0x80)
    return bytes([first | 31, *octets])


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets
