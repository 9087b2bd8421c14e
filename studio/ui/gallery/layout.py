"""Where the cells of a grid are, by arithmetic alone: 100,000 pictures are laid out in no time.

Pictures stand in groups (days), each under a header; within a group in rows of `columns` cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cell:
    """In pixels of the whole content."""

    x: int
    y: int
    width: int
    height: int


class Layout:
    """first: the first row of each group, ascending from 0; one group for no grouping. count: of all rows.

    width: of the content. cell: side of a cell as wished; it grows so that a whole number fills the width.
    header: height of a group's header, 0 for none. margin: left and right.
    """

    def __init__(self, count: int, first: Whole, width: int, cell: int, header: int, margin: int = 0) -> None:
        self.count = count
        self.header = header
        self.margin = margin
        room = max(1, width - 2 * margin)
        self.columns = max(1, room // max(1, cell))
        self.side = max(1, room // self.columns)
        self.first = first if count else np.empty(0, np.int64)
        sizes = np.diff(np.append(self.first, count))
        heights = header + -(-sizes // self.columns) * self.side
        ends = np.cumsum(heights)
        self.tops: Whole = ends - heights  # of each group's header
        self.height = int(ends[-1]) if len(ends) else 0

    def group_of(self, row: int) -> int:
        """The group that a row is in."""
        return int(np.searchsorted(self.first, row, "right")) - 1

    def cell(self, row: int) -> Cell:
        """Where a row's cell is."""
        group = self.group_of(row)
        line, column = divmod(row - int(self.first[group]), self.columns)
        top = int(self.tops[group]) + self.header + line * self.side
        return Cell(self.margin + column * self.side, top, self.side, self.side)

    def row_at(self, x: int, y: int) -> int:
        """The row whose cell is there, -1 for none."""
        if not self.count or not 0 <= y < self.height or x < self.margin:
            return -1
        column = (x - self.margin) // self.side
        group = self._group_at(y)
        inside = y - int(self.tops[group]) - self.header
        if column >= self.columns or inside < 0:
            return -1
        row = int(self.first[group]) + inside // self.side * self.columns + column
        return row if row < self._end(group) else -1

    def visible(self, top: int, bottom: int) -> tuple[range, range]:
        """Rows and groups with anything between these heights."""
        if not self.count or bottom <= 0 or top >= self.height:
            return range(0), range(0)
        first, last = self._group_at(max(0, top)), self._group_at(min(bottom, self.height) - 1)
        start = self._line_start(first, top)
        end = self._line_start(last, bottom - 1) + self.columns
        return range(start, max(start, min(end, self._end(last)))), range(first, last + 1)

    def inside(self, left: int, top: int, right: int, bottom: int) -> list[range]:
        """Rows whose cells touch a rectangle, as few ranges as possible."""
        rows, _ = self.visible(top, bottom)
        from_column = max(0, (left - self.margin) // self.side)
        to_column = min(self.columns - 1, (right - self.margin) // self.side)
        found: list[range] = []
        row = rows.start
        while row < rows.stop:
            group = self.group_of(row)
            line_start = row - (row - int(self.first[group])) % self.columns
            line_end = min(line_start + self.columns, self._end(group))
            start, end = line_start + from_column, min(line_start + to_column + 1, line_end)
            if start < end and self._touches(line_start, top, bottom):
                found.append(range(start, end))
            row = line_end
        return found

    def above(self, row: int) -> int:
        """The row in the line above, in the same column as far as there is one."""
        return self._beside(row, -1)

    def below(self, row: int) -> int:
        """As `above`, in the line below."""
        return self._beside(row, 1)

    def _beside(self, row: int, step: int) -> int:
        cell = self.cell(row)
        group = self.group_of(row)
        target = row + step * self.columns
        if int(self.first[group]) <= target < self._end(group):
            return target
        line_start = row - (row - int(self.first[group])) % self.columns
        edge = line_start - 1 if step < 0 else min(line_start + self.columns, self._end(group))
        if not 0 <= edge < self.count:
            return row
        group = self.group_of(edge)
        line_start = edge - (edge - int(self.first[group])) % self.columns
        column = (cell.x - self.margin) // self.side
        return min(line_start + column, self._end(group) - 1)

    def _touches(self, row: int, top: int, bottom: int) -> bool:
        cell = self.cell(row)
        return cell.y < bottom and cell.y + cell.height > top

    def _group_at(self, y: int) -> int:
        return max(0, int(np.searchsorted(self.tops, y, "right")) - 1)

    def _line_start(self, group: int, y: int) -> int:
        """First row of the line at a height, within its group."""
        line = max(0, y - int(self.tops[group]) - self.header) // self.side
        return min(int(self.first[group]) + line * self.columns, self._end(group))

    def _end(self, group: int) -> int:
        return int(self.first[group + 1]) if group + 1 < len(self.first) else self.count
