"""A gallery of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.library.gallery.gallery import Gallery


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    gallery = Gallery(tmp_path / "gallery")
    yield gallery
    gallery.close()
