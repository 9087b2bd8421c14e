"""A web server of a test's own."""

from __future__ import annotations

import pytest

from tests.library.server import Server


@pytest.fixture
def server():
    with Server().running() as running:
        yield running
