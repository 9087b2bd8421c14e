"""Style presets: words that are laid around a prompt."""

from __future__ import annotations

import csv
import io
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from studio.request.errors import BadInput, Trouble
from studio.request.request import Prompt

log = logging.getLogger(__name__)

PLACEHOLDER = "{prompt}"
ENDINGS = (".json", ".csv")
LARGEST = 20_000_000  # bytes of a file
_WRONG = (OSError, ValueError, RecursionError, csv.Error)
FORMS = "Choose a styles.csv of A1111 or Forge, or a JSON file of styles of Fooocus."


@dataclass(frozen=True)
class Style:
    """prompt, negative: where they hold `{prompt}` the artist's words go there, else they are added after a comma."""

    name: str
    prompt: str
    negative: str = ""


def load_styles(*paths: Path) -> tuple[Style, ...]:
    """Styles of files, or of all files of folders in alphabetical order; a later one replaces one of its name.

    Reads JSON lists of {name, prompt, negative or negative_prompt}, and CSV files with the columns
    name, prompt, negative_prompt as other programs write them. What is damaged is left out and logged.
    """
    styles: dict[str, Style] = {}
    for path in paths:
        try:
            files = _files(path)
        except OSError as error:
            log.warning("the styles in %s are left out: %s", path, error)
            continue
        for file in files:
            try:
                styles.update({style.name: style for style in _read(file)})
            except _WRONG as error:
                log.warning("styles of %s are left out: %s", file, error)
    return tuple(styles.values())


def bring_in(file: Path, folder: Path) -> tuple[Style, ...]:
    """Copies a file of styles, `styles.csv` of A1111 and Forge or a JSON list of Fooocus, into the person's folder.

    Returns what is in it. Raises BadInput when there are no styles in it, Trouble when it cannot be copied.
    """
    try:
        found = _read(file) if file.suffix.lower() in ENDINGS else ()
    except _WRONG as error:
        raise BadInput(f"The styles in {file.name!r} cannot be read.", FORMS, repr(error)) from error
    if not found:
        raise BadInput(f"There are no styles in {file.name!r}.", FORMS)
    target = _place(folder, file.name, found)
    half = target.with_name(f".{file.name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        half.write_bytes(file.read_bytes())
        half.replace(target)
    except OSError as error:
        raise Trouble(f"The styles could not be copied: {error.strerror or error}.", "Free some room.") from error
    return found


def _place(folder: Path, name: str, found: tuple[Style, ...]) -> Path:
    """Where a file goes: in the place of an earlier one only if it has all that is in that."""
    target, number = folder / name, 1
    while target.exists():
        try:
            lost = {style.name for style in _read(target)} - {style.name for style in found}
        except _WRONG:
            lost = set[str]()
        if not lost:
            break
        number += 1
        target = folder / f"{Path(name).stem}_{number}{Path(name).suffix}"
    return target


def _read(file: Path) -> tuple[Style, ...]:
    """Raises OSError, ValueError or csv.Error for a file that is no list of styles."""
    if file.stat().st_size > LARGEST:
        raise ValueError("too large")
    text = file.read_text(encoding="utf-8-sig")
    entries = _csv(text) if file.suffix.lower() == ".csv" else _json(text)
    return tuple(filter(None, (_style(entry) for entry in entries)))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.suffix else []
    return sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS)


def apply_style(prompt: str, negative: str, style: Style | None) -> tuple[Prompt, Prompt]:
    """The prompt and negative prompt with the style around them; what was typed stays in `raw`.

    >>> apply_style("a fox", "", Style("Ink", "{prompt}, in ink", "photo"))[0].text
    'a fox, in ink'
    """
    if style is None:
        return Prompt.plain(prompt), Prompt.plain(negative)
    return (
        Prompt(text=_around(style.prompt, prompt), raw=prompt, style=style.name),
        Prompt(text=_around(style.negative, negative), raw=negative, style=style.name),
    )


def _around(pattern: str, words: str) -> str:
    if PLACEHOLDER not in pattern:
        return ", ".join(part for part in (words.strip(), pattern.strip()) if part)
    if words.strip():
        return pattern.replace(PLACEHOLDER, words.strip())
    return pattern.replace(PLACEHOLDER, "").strip(" ,")


def _json(text: str) -> list[Any]:
    value = json.loads(text)
    if not isinstance(value, list):
        raise ValueError("not a list")
    return cast("list[Any]", value)


def _csv(text: str) -> list[Any]:
    rows: list[dict[str, Any]] = []
    for row in csv.DictReader(io.StringIO(text)):
        entry = {key: value for key, value in row.items() if isinstance(value, str)}
        entry.setdefault("prompt", entry.get("text", ""))  # the oldest files have name, text
        if not entry.get("name", "").startswith("#"):
            rows.append(entry)
    return rows


def _style(entry: Any) -> Style | None:
    if not isinstance(entry, dict):
        return None
    values = cast("dict[str, Any]", entry)
    name, prompt = values.get("name"), values.get("prompt", "")
    negative = values.get("negative", values.get("negative_prompt", ""))
    if not (isinstance(name, str) and name.strip() and isinstance(prompt, str) and isinstance(negative, str)):
        return None
    return Style(name.strip(), prompt, negative)
