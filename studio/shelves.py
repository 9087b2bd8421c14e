"""What every front door opens alike: a person's models and gallery, and the pipeline that uses them. No Qt here."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio.library.attached import KINDS, digest_of
from studio.library.gallery.gallery import Gallery
from studio.library.index import Index
from studio.library.models import Models
from studio.library.notes import NoteBook
from studio.library.timelines import Timelines
from studio.prompts.resolving import wildcard_lines
from studio.prompts.wording import Vocabulary
from studio.request.pipeline import Pipeline
from studio.settings.paths import Home
from studio.settings.settings import Settings, SettingsFile

if TYPE_CHECKING:
    from studio.engine.status import DeviceFacts


def models_of(home: Home, settings: Settings | None = None) -> Models:
    """All models of this person: the embedded ones, their own folder, the folders they added."""
    first = settings or SettingsFile(home.settings_file).load()
    asked = 0

    def folders() -> list[Path]:
        nonlocal asked
        asked += 1
        now = first if asked == 1 else SettingsFile(home.settings_file).load()
        return [home.models, *(Path(folder) for folder in now.model_folders)]

    return Models(folders, Index(home.cache / "models.db"), NoteBook(home.root / "models.json"))


def vocabulary_of(home: Home, models: Models) -> Vocabulary:
    """What words in prompts may stand for: this person's wildcards, and the weights they name."""

    def digest(kind: str, name: str) -> str:
        fitting = (each for each in models.of_kind(*KINDS[kind]) if each.name.lower() == name.lower())
        return next((digest_of(each) for each in fitting), "")

    return Vocabulary(wildcard_lines(home.wildcards), digest)


def gallery_of(home: Home) -> Gallery:
    """All pictures of this person; what is made from now on is noted to come from this machine."""
    return Gallery(home.gallery, {"system": f"{platform.system()} {platform.machine()}", "torch": _version("torch")})


def _version(package: str) -> str:
    """Of an installed package, which is not imported; "" when it is not there.

    By the name of its folder: importing `importlib.metadata` would take a twentieth of the program's start.
    """
    folders = (found for place in sys.path for found in Path(place).glob(f"{package}-*.dist-info"))
    return next((folder.name.removesuffix(".dist-info").partition("-")[2] for folder in folders), "")


def timelines_of(home: Home, megabytes: int) -> Timelines:
    """The steps of this person's pictures, within so much room on disk."""
    return Timelines(home.cache / "timelines", megabytes * 1_000_000)


def kernels_file(home: Home) -> Path:
    """What was found to compute models fastest."""
    return home.cache / "kernels.json"


def pipeline_of(home: Home, memory: str = "automatic", previews: bool = True, timelines: int = 0) -> Pipeline:
    """Imports torch, which takes seconds, and gives the pipeline that makes this person's pictures.

    timelines: megabytes for the steps of pictures; 0 keeps none.
    """
    from studio.pipelines import make_pipeline

    return make_pipeline(
        models_of(home),
        memory=memory,
        previews=previews,
        timelines=timelines_of(home, timelines),
        needs=home.cache / "needs.json",
        kernels=kernels_file(home),
    )


def describe() -> DeviceFacts:
    """What pictures are made on. Imports torch."""
    from studio.pipelines import describe_device

    return describe_device()
