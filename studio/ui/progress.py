"""How far a job is, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from studio.engine.job import Job
from studio.request.events import Cancelled, Event, Failed, Finished, Loading, Made, Queued, Step


@dataclass(frozen=True, kw_only=True)
class Progress:
    """words: "Step 12 of 20 · 3 s left", or "" when nothing runs. fraction: of the whole job, 0..1; None unknown."""

    words: str = ""
    fraction: float | None = None
    active: bool = False


def told(job: Job, event: Event, waiting: int, *, short: bool = False) -> Progress:
    """What an event says about its job. waiting: jobs behind it. short: for where there is little room."""
    words, fraction = _of(job, event, short)
    queue = f"queue {waiting}" if waiting else ""
    return Progress(words=joined(words, queue), fraction=fraction, active=not job.over)


def _of(job: Job, event: Event, short: bool) -> tuple[str, float | None]:
    match event:
        case Queued():
            return "Waiting", None
        case Loading():
            return capital(event.what), event.fraction
        case Step():
            of_set = f"{event.picture + 1} of {event.pictures}" if event.pictures > 1 else ""
            step = f"step {event.done} of {event.total}"
            left = f"{seconds(event.seconds_left)} left" if event.seconds_left is not None else ""
            if short:
                step = step if not of_set else ""
            of_set = f"picture {of_set}" if of_set else _pass_of(job)
            part = (event.picture + event.done / max(1, event.total)) / max(1, event.pictures)
            return capital(joined(of_set, step, left)), part
        case Made():
            made, count = event.index + 1, job.request.count
            return f"Picture {made + 1} of {count}" if made < count else "", made / count
        case Finished() | Failed() | Cancelled():
            return "", None
        case _:
            assert_never(event)


def _pass_of(job: Job) -> str:
    """Which pass of an edit a job makes, where it takes several."""
    part = job.request.part
    return f"part {part.number + 1} of {part.count}" if part is not None and part.count > 1 else ""


def joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def seconds(value: float) -> str:
    """A time that is left, rounded as a person would say it.

    >>> seconds(3.4), seconds(75), seconds(4000)
    ('3 s', '1 min 15 s', '1 h 7 min')
    """
    whole = max(1, round(value))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size_of(size: float) -> str:
    """Bytes in a unit that fits.

    >>> size_of(3.4e9)
    '3.4 GB'
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}" if size < 10 * factor else f"{size / factor:.0f} {unit}"
    return f"{size:.0f} B"
