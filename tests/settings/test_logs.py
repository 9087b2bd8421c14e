"""What is logged is in a file of the person's, and not on the terminal."""

from __future__ import annotations

import logging
import os

import pytest

from studio.settings.logs import LOG_BYTES, logged
from studio.settings.paths import Home


@pytest.fixture
def home():
    home = Home.find(os.environ)
    home.prepare()
    return home


@pytest.mark.logs
def test_what_is_logged_can_be_read_later(home):
    before = list(logging.getLogger().handlers)
    with logged(home):
        logging.getLogger("studio.somewhere").error("the disk said %s", "no")
    assert "ERROR studio.somewhere: the disk said no" in (home.logs / "studio.log").read_text()
    assert logging.getLogger().handlers == before


@pytest.mark.logs
def test_a_log_that_cannot_be_written_costs_nothing_else(home, capsys):
    (home.logs / "studio.log").mkdir()
    with logged(home):
        logging.getLogger("studio.somewhere").error("lost")
    assert capsys.readouterr().err == ""


def test_a_long_log_is_begun_anew(home):
    (home.logs / "studio.log").write_bytes(b"x" * (LOG_BYTES + 1))
    with logged(home):
        logging.getLogger("studio.somewhere").info("today")
    assert "today" in (home.logs / "studio.log").read_text()
    assert (home.logs / "studio.old.log").stat().st_size == LOG_BYTES + 1
