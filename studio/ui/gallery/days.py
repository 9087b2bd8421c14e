"""Which pictures were made on one day, and what that day is called."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np

from studio.library.gallery.index.search import Times
from studio.ui.gallery.layout import Whole

_HOUR = 3600
_DAY = 86_400


def first_of_days(created: Times) -> Whole:
    """The first row of each day, in local time. created: seconds since 1970, in order."""
    if not len(created):
        return np.zeros(1, np.int64)
    hours, places = np.unique((created // _HOUR).astype(np.int64), return_inverse=True)
    offsets = np.array([_offset(int(hour) * _HOUR) for hour in hours], np.int64)
    days = (created.astype(np.int64) + offsets[places]) // _DAY
    return np.flatnonzero(np.diff(days, prepend=days[0] - 1) != 0)


def with_first(first: Whole, created: Times) -> Whole:
    """The same after one picture was put before all others: `created` has it already, `first` has not."""
    later = first + 1
    if len(created) > 1 and same_day(float(created[0]), float(created[1])):
        later[0] = 0
        return later
    return np.insert(later, 0, 0) if len(created) > 1 else np.zeros(1, np.int64)


def same_day(one: float, other: float) -> bool:
    """Whether two moments, in seconds since 1970, are of one day here."""
    return (int(one) + _offset(int(one))) // _DAY == (int(other) + _offset(int(other))) // _DAY


@lru_cache(maxsize=100_000)
def _offset(moment: int) -> int:
    """Seconds by which local time is ahead of UTC; 0 where the system cannot tell."""
    try:
        return time.localtime(moment).tm_gmtoff
    except (OverflowError, OSError, ValueError):
        return 0


def day_title(created: float, today: date | None = None) -> str:
    """ "Today", "Yesterday", "Monday, 16 November" in this year, else "16 November 2024"."""
    today = today or date.today()
    try:
        day = datetime.fromtimestamp(created).date()
    except (OverflowError, OSError, ValueError):
        return "Undated"
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    plain = f"{day.day} {day:%B}"
    return f"{day:%A}, {plain}" if day.year == today.year else f"{plain} {day.year}"
