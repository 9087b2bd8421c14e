"""The files that come with the studio: icons, styles, embedded models."""

from __future__ import annotations

import sys
from pathlib import Path

from studio.request.errors import Trouble

_ROOTS = (
    Path(__file__).parents[2] / "resources",  # a checkout
    Path(__file__).parents[1] / "resources",  # inside the installed package
    Path(sys.prefix) / "share" / "sfumato" / "resources",
)


def resource(*parts: str) -> Path:
    """The path of a file or folder that comes with the studio, e.g. `resource("styles", "styles.json")`.

    It need not exist. Raises Trouble when the studio's resources are missing altogether.
    """
    for root in _ROOTS:
        if root.is_dir():
            return root.joinpath(*parts)
    raise Trouble("The studio's own files (icons, styles, models) are missing.", "Install it again.", str(_ROOTS[0]))
