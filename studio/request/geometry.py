"""Sizes and rectangles in whole pixels, with arithmetic.

>>> Size(512, 512).rounded_up(64)
Size(width=512, height=512)
>>> Rect(0, 0, 10, 10).intersection(Rect(5, 5, 10, 10))
Rect(x=5, y=5, width=5, height=5)
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Size(NamedTuple):
    """Width and height in pixels (always in this order; numpy's order is height, width)."""

    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / self.height

    def rounded_up(self, multiple: int) -> Size:
        """The smallest size with both sides divisible by `multiple` that covers this one."""
        return Size(-(-self.width // multiple) * multiple, -(-self.height // multiple) * multiple)

    def scaled(self, factor: float) -> Size:
        return Size(max(1, round(self.width * factor)), max(1, round(self.height * factor)))

    def with_ratio(self, ratio: float, multiple: int) -> Size:
        """A size of about the same area with another width/height ratio, sides divisible by `multiple`.

        >>> Size(256, 256).with_ratio(16 / 9, 32)
        Size(width=352, height=192)
        """
        height = math.sqrt(self.area / ratio)
        return Size(
            max(multiple, round(height * ratio / multiple) * multiple),
            max(multiple, round(height / multiple) * multiple),
        )

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"


class Rect(NamedTuple):
    """A half-open rectangle: it covers x..x+width-1 and y..y+height-1."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def of(cls, size: Size) -> Rect:
        return cls(0, 0, size.width, size.height)

    @property
    def right(self) -> int:
        """One past the last column."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """One past the last row."""
        return self.y + self.height

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def translated(self, dx: int, dy: int) -> Rect:
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, by: int) -> Rect:
        return Rect(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def intersection(self, other: Rect) -> Rect:
        """The common part; an empty rectangle when there is none."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Rect(x, y, max(0, min(self.right, other.right) - x), max(0, min(self.bottom, other.bottom) - y))

    def union(self, other: Rect) -> Rect:
        """The smallest rectangle around both; an empty one adds nothing."""
        if self.empty:
            return other
        if other.empty:
            return self
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def contains(self, other: Rect) -> bool:
        return self.x <= other.x and self.y <= other.y and self.right >= other.right and self.bottom >= other.bottom
