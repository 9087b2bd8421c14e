"""The table of dialects, tried in order: the first that knows a file's words reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from studio.library.gallery.dialects.a1111 import read_a1111
from studio.library.gallery.dialects.airunner import read_airunner
from studio.library.gallery.dialects.comfyui import read_comfyui
from studio.library.gallery.dialects.drawthings import read_drawthings
from studio.library.gallery.dialects.fooocus import read_fooocus
from studio.library.gallery.dialects.invokeai import read_invokeai
from studio.library.gallery.dialects.novelai import read_novelai
from studio.library.gallery.dialects.sfumato import read_sfumato
from studio.library.gallery.dialects.sheets import read_sheet
from studio.library.gallery.dialects.stealth import read_stealth
from studio.library.gallery.dialects.swarmui import read_swarmui
from studio.library.gallery.dialects.values import parse_object, words
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.formats.read import read_contents
from studio.library.gallery.metadata import Metadata


@dataclass(frozen=True)
class Dialect:
    """read: the metadata, or None when the file does not speak this dialect."""

    id: str
    title: str
    read: Callable[[Contents], Metadata | None]


DIALECTS = (
    Dialect("sfumato", "Sfumato", read_sfumato),
    Dialect("sheet", "Sfumato", read_sheet),
    Dialect("invokeai", "InvokeAI", read_invokeai),
    Dialect("swarmui", "SwarmUI", read_swarmui),
    Dialect("fooocus", "Fooocus", read_fooocus),
    Dialect("novelai", "NovelAI", read_novelai),
    Dialect("comfyui", "ComfyUI", read_comfyui),
    Dialect("drawthings", "Draw Things", read_drawthings),
    Dialect("airunner", "AI Runner", read_airunner),
    Dialect("a1111", "A1111 or Forge", read_a1111),
)
TITLES = {each.id: each.title for each in DIALECTS} | {"a1111": "A1111", "forge": "Forge", "plain": "Unknown"}


def read_metadata(path: Path) -> Metadata:
    """How the picture in a file was made, as far as the file tells. Raises BadInput when it is no picture."""
    contents = read_contents(path)
    return replace(metadata_of(contents, path), width=contents.size.width, height=contents.size.height)


def metadata_of(contents: Contents, path: Path) -> Metadata:
    """The same for a file that was read already, without its size.

    It is opened again only to look for what is hidden in its pixels.
    """
    found = _spoken(contents)
    if found is None and contents.format in ("PNG", "WebP") and (contents.has_alpha or contents.format == "PNG"):
        hidden = read_stealth(path)
        found = _spoken(_uncovered(contents, hidden)) if hidden else None
    return found or Metadata(source="plain", raw=dict(contents.texts))


def _spoken(contents: Contents) -> Metadata | None:
    return next((found for each in DIALECTS if (found := each.read(contents))), None)


def _uncovered(contents: Contents, hidden: str) -> Contents:
    """The file as if the hidden text were in the open: infotext, or a JSON object of PNG texts (NovelAI)."""
    values = parse_object(hidden)
    if "Comment" in values or "Description" in values:
        return replace(contents, texts={key: words(value) for key, value in values.items()})
    return replace(contents, texts={"parameters": hidden})
