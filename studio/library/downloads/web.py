"""Requests over HTTP, with troubles in words. The only place that opens a connection."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any, Protocol

from studio import __version__
from studio.request.errors import BadInput, Trouble

STALL = 30.0  # seconds without a byte after which a connection is given up
_LARGEST_ANSWER = 20_000_000  # bytes of JSON


class Answer(Protocol):
    """What a server says, as `http.client.HTTPResponse` has it."""

    status: int

    def read(self, amount: int = ..., /) -> bytes: ...

    def read1(self, amount: int = ..., /) -> bytes: ...

    def getheader(self, name: str, default: str = ..., /) -> str: ...

    def close(self) -> None: ...


def host_of(url: str) -> str:
    """Raises BadInput when it is no address of a file on the web."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError as error:
        raise BadInput(f"{url!r} is no address on the web.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"{url!r} is no address on the web.", "It should begin with https://.")
    return parts.hostname


def connect(url: str, headers: Mapping[str, str] | None = None, token: str = "", stall: float = STALL) -> Answer:
    """Begins to read an address; redirections are followed, without the token to another host.

    Raises urllib.error.HTTPError for what the server refuses, OSError for what happens on the way.
    """
    host_of(url)
    request = urllib.request.Request(url, headers={"User-Agent": f"sfumato/{__version__}", **(headers or {})})
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    answer: Answer = urllib.request.urlopen(request, timeout=stall)
    return answer


def ask(url: str, token: str = "", stall: float = STALL) -> tuple[Any, str]:
    """A JSON answer, and the address of its next page or "". Raises Trouble."""
    try:
        answer = connect(url, {"Accept": "application/json"}, token, stall)
        try:
            return json.loads(answer.read(_LARGEST_ANSWER)), _next(answer.getheader("Link", ""))
        finally:
            answer.close()
    except urllib.error.HTTPError as error:
        raise refused(error, url) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise unreachable(url, error) from error


def _next(link: str) -> str:
    for part in link.split(","):
        if 'rel="next"' in part and "<" in part:
            return part[part.index("<") + 1 : part.index(">")]
    return ""


def refused(error: urllib.error.HTTPError, url: str) -> Trouble:
    """What a server's refusal means. Closes the connection."""
    error.close()
    host = host_of(url)
    match error.code:
        case 401 | 403:
            return Trouble(
                f"{host} does not give this to everybody.",
                "Accept its licence on its page there, and give your access token.",
                f"{error.code} {url}",
            )
        case 404 | 410:
            return Trouble(f"{host} has no such file or repository.", "Check the address.", url)
        case 429:
            return Trouble(f"{host} asks for a pause.", "Try again in some minutes.", url)
        case _:
            return Trouble(f"{host} answers with error {error.code}.", "Try again later.", url)


def unreachable(url: str, error: Exception) -> Trouble:
    """What it means that no answer came."""
    return Trouble(f"{host_of(url)} cannot be reached.", "Check the connection to the network.", f"{url}: {error!r}")
