"""The documents worked on lately, the newest first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from studio.ui.preferences import Preferences

MOST = 20
PLACE = "recent_documents"


class Recent:
    """Kept with the places of the window."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    @property
    def files(self) -> tuple[Path, ...]:
        """Those that are still there."""
        return tuple(path for path in self._all() if path.is_file())

    def add(self, path: Path) -> None:
        path = path.resolve()
        files = [path, *(other for other in self._all() if other != path)][:MOST]
        self._preferences.remember(PLACE, json.dumps([str(file) for file in files]))

    def _all(self) -> list[Path]:
        try:
            found: Any = json.loads(self._preferences.recall(PLACE, "[]"))
        except ValueError:
            return []
        names = cast("list[Any]", found) if isinstance(found, list) else []
        return [Path(name) for name in names if isinstance(name, str)]
