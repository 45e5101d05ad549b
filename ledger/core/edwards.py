"""Just enough of the curve edwards25519 (RFC 8032 §5.1) to say whether a point has prime order.

Plain integers, not constant time: it only ever sees public points.
"""

from __future__ import annotations

from typing import TypeAlias

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
_SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)

# Extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x·y = T/Z.
Point: TypeAlias = tuple[int, int, int, int]
IDENTITY: Point = (0, 1, 1, 0)

_SIGN = 1 << 255


def is_canonical(encoded: bytes) -> bool:
    """Whether 32 bytes have y < p and, where x must be 0, no sign bit. The point may not exist."""
    value = int.from_bytes(encoded, "little")
    y = value & ~_SIGN
    return y < P and not (value & _SIGN and y in (1, P - 1))


def decode(encoded: bytes) -> Point | None:
    """The point of a canonical encoding, None if there is none, RFC 8032 §5.1.3."""
    if len(encoded) != 32 or not is_canonical(encoded):
        return None
    value = int.from_bytes(encoded, "little")
    y = value & ~_SIGN
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * _SQRT_MINUS_ONE % P
    if x * x % P != square:
        return None
    if (x & 1) != (value >> 255):
        x = P - x
    return x, y, 1, x * y % P


def encode(point: Point) -> bytes:
    """The canonical 32 bytes of a point, RFC 8032 §5.1.2."""
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def add(one: Point, two: Point) -> Point:
    """The sum by the complete formulas of RFC 8032 §5.1.4."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    """scalar·point by doubling and adding; scalar >= 0."""
    total = IDENTITY
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def is_identity(point: Point) -> bool:
    x, y, z, _ = point
    return x % P == 0 and (y - z) % P == 0


def has_prime_order(point: Point) -> bool:
    """Whether the point's order is exactly L: not the identity, and L·point is."""
    return not is_identity(point) and is_identity(multiply(L, point))


def _small_order() -> frozenset[bytes]:
    """The canonical encodings of the eight points whose order divides 8."""
    y = 0
    while True:  # L times any point is of small order; one in two is of order 8
        y += 1
        point = decode(y.to_bytes(32, "little"))
        if point is None:
            continue
        torsion = multiply(L, point)
        if not is_identity(multiply(4, torsion)):
            return frozenset(encode(multiply(times, torsion)) for times in range(8))


SMALL_ORDER = _small_order()
