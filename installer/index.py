"""Asks a package index of PyTorch whether it is there and has the build that is wanted."""

from __future__ import annotations

import re
import threading
import urllib.request
from collections.abc import Callable

from installer import marker
from installer.hardware import Build, Probe

ANSWER = 3.0  # seconds that an index has for its first byte
READING = 20.0  # seconds more for the rest of its page


def page(url: str) -> str:
    """Text of a web page, or "" if its server does not begin to answer in time."""
    began, done = threading.Event(), threading.Event()
    text: list[str] = []

    def fetch() -> None:
        try:
            with urllib.request.urlopen(url, timeout=ANSWER) as answer:
                began.set()
                text.append(answer.read().decode("utf-8", "replace"))
        except (OSError, ValueError):  # no network, no such name, refused, cut off
            return
        finally:
            done.set()
            began.set()

    threading.Thread(target=fetch, daemon=True).start()
    if not began.wait(ANSWER) or not done.wait(READING):
        return ""
    return text[0] if text else ""


def offers(build: Build, python: str, probe: Probe, page: Callable[[str], str] = page) -> bool:
    """Whether the build's index answers and has our version for this Python (such as 3.11.7) and this machine."""
    version = re.escape(marker.pinned("torch"))
    tag = "cp" + "".join(python.split(".")[:2])
    place = "win_amd64" if probe.system == "Windows" else rf"linux\w*_{re.escape(probe.machine)}"
    wheel = rf"torch-{version}(?:\+|%2B){re.escape(build.id)}-{tag}-{tag}-\w*{place}\.whl"
    return bool(re.search(wheel, page(f"{build.index}/torch/")))
