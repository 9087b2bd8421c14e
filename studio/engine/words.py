"""What the artist is told when the worker died."""

from __future__ import annotations

import signal

from studio.engine.worker_link import Gone
from studio.request.events import Failed

KILLED, CRASHED = 9, (4, 6, 7, 8, 11)  # SIGKILL; SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV
ACCESS_VIOLATION = 0xC0000005  # Windows


def why_it_stopped(gone: Gone, *, starting: bool = False) -> Failed:
    """A sentence on what ended the process, and one on what to do."""
    when = "while it was starting" if starting else "while it made this picture"
    if gone.message:
        return Failed(gone.message, gone.details, gone.remedy)
    again = "" if starting else "It has been started again, so you can try once more. "
    code = gone.code or 0
    if code == -KILLED:
        message = f"The engine was ended by the system {when}, most often because memory ran out."
        remedy = f"{again}Close other programs or choose a smaller size."
    elif -code in CRASHED or code & 0xFFFFFFFF == ACCESS_VIOLATION:
        message = f"The engine crashed {when} ({_name(code)})."
        remedy = f"{again}If it happens again, a new graphics driver may help."
    else:
        message = f"The engine stopped {when} ({_name(code)})."
        remedy = f"{again}The log has the details."
    return Failed(message, gone.details, remedy)


def crashed_too_often(details: str = "") -> Failed:
    return Failed(
        "Making this picture ended the engine three times in a row, so it will not be tried again.",
        details,
        "Change something first: a smaller size, another model or other settings.",
    )


def _name(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"
