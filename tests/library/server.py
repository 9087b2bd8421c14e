"""A server on this machine that misbehaves as networks do: it cuts, stalls, lies about lengths, serves wrong bytes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DATA = bytes(range(256)) * 8192  # two megabytes
SUM = hashlib.sha256(DATA).hexdigest()


@dataclass
class Served:
    """A file, and how it is served.

    cuts: after so many bytes each of the next answers ends. stalls: how many answers stop half way until `Server.go`.
    claims: a length to claim instead. wrong: how many of the next answers have other bytes. ranges: parts are served.
    token: who does not give it gets 401. errors: codes that the next answers have.
    """

    data: bytes
    etag: str = '"one"'
    cuts: list[int] = field(default_factory=list)
    stalls: int = 0
    claims: int | None = None
    wrong: int = 0
    ranges: bool = True
    token: str = ""
    errors: list[int] = field(default_factory=list)
    redirect: str = ""


class Server:
    """asked: (path, Range or "", Authorization or "") of every request, in order."""

    def __init__(self) -> None:  # noqa: C901 - the handler is inside, as it speaks of this server
        self.files: dict[str, Served] = {}
        self.answers: dict[str, object] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.go = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                wanted, token = self.headers.get("Range", ""), self.headers.get("Authorization", "")
                server.asked.append((self.path, wanted, token))
                with contextlib.suppress(ConnectionError):
                    if self.path.split("?")[0] in server.answers:
                        self._json(server.answers[self.path.split("?")[0]])
                    elif self.path in server.files:
                        self._file(server.files[self.path], wanted, token)
                    else:
                        self.send_error(404)

            def _json(self, value: object) -> None:
                data = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def _file(self, file: Served, wanted: str, token: str) -> None:
                if file.redirect:
                    self.send_response(302)
                    self.send_header("Location", file.redirect)
                    self.end_headers()
                    return
                if file.errors:
                    self.send_error(file.errors.pop(0))
                    return
                if file.token and token != f"Bearer {file.token}":
                    self.send_error(401)
                    return
                start = 0
                if wanted and file.ranges and self.headers.get("If-Range", file.etag) == file.etag:
                    start = int(wanted.removeprefix("bytes=").rstrip("-"))
                    if start >= len(file.data):
                        self.send_error(416)
                        return
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {start}-{len(file.data) - 1}/{len(file.data)}")
                else:
                    self.send_response(200)
                body = file.data[start:]
                self.send_header("Content-Length", str(len(body) if file.claims is None else file.claims - start))
                self.send_header("ETag", file.etag)
                self.end_headers()
                self._body(file, body)

            def _body(self, file: Served, body: bytes) -> None:
                if file.wrong:
                    file.wrong -= 1
                    body = bytes(len(body))
                if file.stalls:
                    file.stalls -= 1
                    self.wfile.write(body[: len(body) // 2])
                    self.wfile.flush()
                    server.go.wait(10)
                    return
                self.wfile.write(body[: file.cuts.pop(0)] if file.cuts else body)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def serve(self, path: str, data: bytes, **how) -> Served:
        self.files[path] = Served(data, **how)
        return self.files[path]

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        self._thread.start()
        try:
            yield self
        finally:
            self.go.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


class Waits:
    """Instead of pauses: counts them, and stops when told."""

    def __init__(self, stop_after=None):
        self.seconds = []
        self.seen = []
        self.stop_after = stop_after

    def pause(self, seconds):
        if seconds:
            self.seconds.append(seconds)
        return self.stop_after is not None and bool(self.seen) and self.seen[-1] >= self.stop_after

    def progress(self, done, total):
        self.seen.append(done)
