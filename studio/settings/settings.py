"""How the program behaves: every setting declared once, with its type, default and one line of help."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args, get_origin, get_type_hints

log = logging.getLogger(__name__)

Isolation = Literal["process", "thread"]
Theme = Literal["system", "dark", "light", "contrast"]
Memory = Literal["automatic", "low"]
Room = Literal[0, 250, 1000, 4000, 16000]
Slide = Literal[2, 4, 8, 15, 30, 60]
Scale = Literal[75, 100, 125, 150, 175, 200, 250, 300]


@dataclass(frozen=True)
class Offered:
    """How a setting is offered in the preferences; one without this is set elsewhere in the window.

    title: its name there. group: the heading it stands under. values: what each value of a choice is called.
    at_start: it counts from the next start on.
    """

    title: str
    group: str
    values: Mapping[Any, str] = dataclasses.field(default_factory=dict[Any, str])
    at_start: bool = False


THEMES = {"system": "As the system", "dark": "Dark", "light": "Light", "contrast": "High contrast"}
MEMORY = {"automatic": "Automatic", "low": "As little as possible"}
ROOM = {0: "None", 250: "250 MB", 1000: "1 GB", 4000: "4 GB", 16000: "16 GB"}
SLIDES = {seconds: f"{seconds} seconds a picture" for seconds in get_args(Slide)}
ISOLATION = {"process": "In a process of its own", "thread": "In the window's process"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of the program. Change with `dataclasses.replace`; `about(name)` says what one does."""

    theme: Annotated[
        Theme,
        "Colours of the window: dark, light, high contrast, or as the system has them.",
        Offered("Colours", "Window", THEMES),
    ] = "dark"
    scale: Annotated[
        Scale,
        "Size of everything in the window, on top of what the system asks for.",
        Offered("Size", "Window", {percent: f"{percent} %" for percent in get_args(Scale)}, at_start=True),
    ] = 100
    reduce_motion: Annotated[
        bool, "The edge of a selection stands still; nothing slides or fades.", Offered("Reduce motion", "Window")
    ] = False
    advanced: Annotated[bool, "Show every control of the prompt panel."] = False
    previews: Annotated[
        bool, "Show the picture at every step while it is being made.", Offered("Show every step", "Making pictures")
    ] = True
    timelines: Annotated[
        Room,
        "Room on disk for the steps of finished pictures, to go back to them and on from there.",
        Offered("Time travel", "Making pictures", ROOM),
    ] = 1000
    memory: Annotated[
        Memory,
        "How sparing to be with memory: as little as possible is slower, and for machines that have little.",
        Offered("Memory", "Making pictures", MEMORY),
    ] = "automatic"
    isolation: Annotated[
        Isolation,
        "Where pictures are made. In a process of its own a crash costs one picture; the other way is for debugging.",
        Offered("Engine", "Making pictures", ISOLATION, at_start=True),
    ] = "process"
    slide: Annotated[
        Slide,
        "How long a picture stays in the gallery's slideshow.",
        Offered("Slideshow", "Gallery", SLIDES),
    ] = 4
    slides_shuffled: Annotated[
        bool,
        "The gallery's slideshow shows its pictures in any order, each once.",
        Offered("Slideshow in any order", "Gallery"),
    ] = False
    last_model: Annotated[str, "The model that was chosen last."] = ""
    model_folders: Annotated[tuple[str, ...], "More folders to look for models in; nothing in them is changed."] = ()
    gallery_cell: Annotated[int, "Width of a thumbnail in the gallery, in pixels."] = 200
    window: Annotated[dict[str, str], "Where windows and docks were, as Qt saves it, in base 64."] = dataclasses.field(
        default_factory=dict[str, str]
    )

    @classmethod
    def about(cls, name: str) -> str:
        """One line of help for the setting `name`."""
        return str(get_type_hints(cls, include_extras=True)[name].__metadata__[0])

    @classmethod
    def offered(cls) -> dict[str, Offered]:
        """The settings of the preferences, in their order."""
        hints = get_type_hints(cls, include_extras=True)
        last = {name: hint.__metadata__[-1] for name, hint in hints.items()}
        return {name: offered for name, offered in last.items() if isinstance(offered, Offered)}


class SettingsFile:
    """Settings on disk, as JSON.

    problem: a sentence for the person when the last `load` could not use everything it found, else "".
    Only what changed since it was loaded or saved is written over what the file holds now: what a newer version
    wrote and this one does not know is kept, and so is what another running program changed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._known = Settings()  # as loaded or saved last

    def load(self) -> Settings:
        """The settings; defaults where the file is missing or damaged (which is set aside as a copy first)."""
        self._known = self._read()
        return self._known

    def _read(self) -> Settings:
        self.problem = ""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Settings()
        except (OSError, UnicodeDecodeError) as error:
            return self._damaged(error)
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            return self._damaged(error)
        if not isinstance(values, dict):
            return self._damaged(TypeError("not a JSON object"))
        return self._checked(cast("dict[str, Any]", values))

    def save(self, settings: Settings) -> None:
        """Writes atomically: a crash leaves the old file or the new one. Raises OSError when it cannot."""
        values = {**self._there(), **self._changed(settings)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=self.path.parent, prefix=".settings-", delete=False
        ) as file:
            try:
                json.dump(values, file, indent=2, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
                file.close()
                os.replace(file.name, self.path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        self._known = settings

    def _there(self) -> dict[str, Any]:
        """What the file holds now; nothing when it is missing or damaged, which `load` has told."""
        try:
            values = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return cast("dict[str, Any]", values) if isinstance(values, dict) else {}

    def _changed(self, settings: Settings) -> dict[str, Any]:
        """The fields that are different now. A value that could not be understood is replaced with the others."""
        there = self._there()
        types = get_type_hints(Settings)
        new, old = dataclasses.asdict(settings), dataclasses.asdict(self._known)
        return {
            name: value
            for name, value in new.items()
            if value != old[name] or name not in there or not _fits(_tuple_for(there[name]), types[name])
        }

    def _checked(self, values: dict[str, Any]) -> Settings:
        types = get_type_hints(Settings)
        good: dict[str, Any] = {}
        bad: list[str] = []
        for name, kind in types.items():
            if name not in values:
                continue
            value = _tuple_for(values[name])
            if _fits(value, kind):
                good[name] = value
            else:
                bad.append(name)
        if bad:
            copy = self._set_aside()
            self.problem = f"These settings could not be understood and are back to normal: {', '.join(bad)}." + copy
            log.warning("settings with bad values: %s", bad)
        return Settings(**good)

    def _damaged(self, error: Exception) -> Settings:
        self.problem = "The settings file was damaged; everything is back to normal." + self._set_aside()
        log.warning("damaged settings file: %r", error)
        return Settings()

    def _set_aside(self) -> str:
        """Copies the file to settings.damaged-<n>.json, once; says so in a sentence that starts with a space."""
        try:
            data = self.path.read_bytes()
            number = 1
            while (copy := self.path.with_name(f"{self.path.stem}.damaged-{number}.json")).exists():
                if copy.read_bytes() == data:
                    return f" The old file is kept as {copy.name}."
                number += 1
            copy.write_bytes(data)
        except OSError as error:
            return f" A copy could not be made: {error.strerror or error}."
        return f" The old file is kept as {copy.name}."


def _tuple_for(value: Any) -> Any:
    """JSON has lists where settings have tuples."""
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value read from JSON is of the declared type."""
    origin = get_origin(kind)
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in get_args(kind))
    if origin is tuple:
        return isinstance(value, tuple) and all(isinstance(item, str) for item in cast("tuple[Any, ...]", value))
    if origin is dict:
        return isinstance(value, dict) and all(isinstance(v, str) for v in cast("dict[Any, Any]", value).values())
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)
