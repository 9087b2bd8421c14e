"""Where everything of one person lies on this machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

NAME = "sfumato"
VARIABLE = "SFUMATO_HOME"


class HomeError(OSError):
    """The studio's own folders cannot be used.

    message, remedy: a sentence each, as in `studio.request.errors.Trouble` (this room imports no other).
    """

    def __init__(self, message: str, remedy: str, details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.details = details

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


@dataclass(frozen=True)
class Home:
    """The folders of one person: all under SFUMATO_HOME when that is set, else where the platform wants them.

    root: pictures, weights, the queue and journals of unsaved work.
    """

    root: Path
    settings_file: Path
    cache: Path
    logs: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Home:
        """Decides where things lie; touches nothing on disk."""
        chosen = environ.get(VARIABLE, "").strip()
        if chosen:
            root = Path(os.path.abspath(os.path.expanduser(chosen)))
            return cls(root, root / "settings.json", root / "cache", root / "logs")
        return cls(
            platformdirs.user_data_path(NAME, appauthor=False, roaming=False),
            platformdirs.user_config_path(NAME, appauthor=False) / "settings.json",
            platformdirs.user_cache_path(NAME, appauthor=False),
            platformdirs.user_log_path(NAME, appauthor=False),
        )

    @property
    def gallery(self) -> Path:
        return self.root / "gallery"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def wildcards(self) -> Path:
        """Text files whose lines prompts draw from: __name__ is a line of name.txt."""
        return self.root / "wildcards"

    @property
    def styles(self) -> Path:
        """Styles of the person's own: JSON as Fooocus has them, or CSV as A1111's web UI has them."""
        return self.root / "styles"

    @property
    def queue(self) -> Path:
        return self.root / "queue"

    @property
    def folder_runs(self) -> Path:
        """Which folders of pictures are being worked over."""
        return self.root / "folders"

    @property
    def journal(self) -> Path:
        """Journals of documents that are not saved yet."""
        return self.root / "journal"

    @property
    def brushes_file(self) -> Path:
        """The brushes that the artist kept."""
        return self.root / "brushes.json"

    @property
    def history_file(self) -> Path:
        """The prompts that were used, newest first."""
        return self.root / "prompts.json"

    def prepare(self) -> None:
        """Makes the folders. Raises HomeError when one cannot be made or written to."""
        folders = (
            self.settings_file.parent,
            self.gallery,
            self.models,
            self.wildcards,
            self.styles,
            self.queue,
            self.journal,
            self.cache,
            self.logs,
        )
        for folder in (self.root, *folders):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=folder):
                    pass
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
                if isinstance(error, FileExistsError):
                    reason = "there is a file of this name"
                raise HomeError(
                    f"The folder {str(folder)!r} cannot be used: {reason}.",
                    f"Make it writable, or set {VARIABLE} to a folder that is.",
                    repr(error),
                ) from error
