"""What every test gets: a home of its own, no screen, no network, and no mess left behind."""

from __future__ import annotations

import gc
import logging
import os
import threading

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before anything imports torch; see studio.pipelines.warm

# The same examples in each run: a change is judged by what it changes. SFUMATO_TEST_RANDOM=1 looks for new ones.
settings.register_profile("sfumato", derandomize=os.environ.get("SFUMATO_TEST_RANDOM") != "1", print_blob=True)
settings.load_profile("sfumato")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None):
    """Garbage is collected in the main thread after each test that has widgets, and after each file; never meanwhile.

    What a test leaves in circles may be a window. A later test's thread that happened to collect it would destroy it
    in the wrong thread, and the heap with it (`studio.ui.garbage`). What the imports made is looked through once.
    """
    gc.disable()
    result = yield
    last = nextitem is None or nextitem.path != item.path
    if last or "qapp" in getattr(item, "fixturenames", ()):
        gc.collect()
    if last:
        gc.freeze()
    return result


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def home_of_its_own(tmp_path, monkeypatch):
    """No test reads or writes the user's data."""
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def no_thread_is_left_running():
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in left:
        thread.join(2)
    assert not [thread.name for thread in left if thread.is_alive()]


@pytest.fixture(autouse=True)
def no_unexpected_log_line(request, caplog):
    """A warning or error in our own log fails the test, unless it says `@pytest.mark.logs`."""
    yield
    if request.node.get_closest_marker("logs"):
        return
    bad = [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.WARNING and record.name.startswith("studio")
    ]
    assert not bad
