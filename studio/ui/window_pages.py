"""The workspaces of the main window, in order."""

from __future__ import annotations

CANVAS, GALLERY, MODELS = range(3)
PAGES = (("Canvas", "image"), ("Gallery", "images"), ("Models", "box"))  # title, icon


def keys_of(page: int) -> str:
    return f"Ctrl+{page + 1}"
