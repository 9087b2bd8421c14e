"""What the menu of the selected pictures offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from studio.library.gallery.collections import Collection
from studio.library.gallery.index.store import Item
from studio.ui.gallery.acts import Acts
from studio.ui.gallery.asking import Asking
from studio.ui.gallery.looking import Looking
from studio.ui.gallery.menu import LINE, Entry
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.painting import LABELS
from studio.ui.incoming import WAYS


class Host(Protocol):
    """What the menu needs of the gallery view."""

    acts: Acts
    asking: Asking
    looking: Looking

    def find_similar(self) -> None: ...
    def recall(self, names: frozenset[str]) -> None: ...
    def ask(self, what: str) -> None: ...
    def send(self, way: str) -> None: ...
    def copy_picture(self) -> None: ...
    def copy_settings(self) -> None: ...


def offers_for(
    host: Host, items: Sequence[Item], collections: Sequence[Collection], inside: Collection | None, trash: bool
) -> list[Entry]:
    """inside: the plain collection that is shown. trash: the trash is shown."""
    if not items:
        return []
    if trash:
        return [
            Entry("Put back", partial(host.acts.restore, items), "undo-2"),
            Entry("To the system's trash", partial(host.acts.empty_trash, items), "trash-2"),
        ]
    one = items[0] if len(items) == 1 else None
    return [
        *_look(host, items),
        LINE,
        *(_work(host, one) if one else []),
        *_say(host, items, collections, inside),
        LINE,
        *_files(host, items, one),
        LINE,
        Entry("Move to the trash", partial(host.acts.throw_away, items), "trash-2", "gallery.throw_away"),
    ]


def _look(host: Host, items: Sequence[Item]) -> list[Entry]:
    if len(items) == 1:
        return [
            Entry("Look at it", host.looking.open, "eye", "gallery.open"),
            Entry("Find similar", host.find_similar, "search", "gallery.similar"),
        ]
    compare = host.looking.compare
    return [
        Entry("Compare side by side", partial(compare, items, Mode.SIDE_BY_SIDE), "blend", "gallery.compare"),
        Entry(
            "Before and after",
            partial(compare, items, Mode.SPLIT) if len(items) == 2 else None,
            "contrast",
            "gallery.before_after",
        ),
        Entry(
            "Difference",
            partial(compare, items, Mode.DIFFERENCE) if len(items) == 2 else None,
            "eclipse",
            "gallery.difference",
        ),
    ]


def _work(host: Host, item: Item) -> list[Entry]:
    """From a picture back to work."""
    told = item.source != "plain"
    names = ("prompt", "negative", "seed", "size", "sampler", "model")
    one_by_one = tuple(
        Entry(name.capitalize() if name != "negative" else "Negative prompt", partial(host.recall, frozenset((name,))))
        for name in names
    )
    ours = item.source == "sfumato"
    return [
        Entry(
            "Send to the canvas",
            icon="image",
            within=tuple(Entry(title, partial(host.send, way)) for title, way in WAYS),
        ),
        Entry("Use its settings", icon="corner-down-left", within=one_by_one) if told else LINE,
        Entry("Remix", partial(host.ask, "remix"), "shuffle", "gallery.remix") if told else LINE,
        Entry("Vary", partial(host.ask, "vary"), "wand-sparkles", "gallery.vary"),
        Entry(
            "Upscale",
            icon="maximize",
            within=(
                Entry("2 times", partial(host.ask, "upscale 2")),
                Entry("4 times", partial(host.ask, "upscale 4")),
                Entry("Otherwise …", partial(host.ask, "upscale"), action="gallery.upscale"),
            ),
        ),
        Entry("Go through its steps", partial(host.ask, "steps"), "history", "gallery.steps") if ours else LINE,
        Entry("Make again", partial(host.ask, "again"), "refresh-cw", "gallery.again") if ours else LINE,
        LINE,
    ]


def _say(
    host: Host, items: Sequence[Item], collections: Sequence[Collection], inside: Collection | None
) -> list[Entry]:
    acts = host.acts
    ratings = tuple(
        Entry("★" * stars if stars else "None", partial(acts.rate, items, stars), action=f"gallery.rate_{stars}")
        for stars in range(6)
    )
    labels = (
        Entry("None", partial(acts.label, items, ""), action="gallery.label_none"),
        *(
            Entry(name.capitalize(), partial(acts.label, items, name), action=f"gallery.label_{name}")
            for name in LABELS
        ),
    )
    loved = all(item.favourite for item in items)
    plain = tuple(Entry(each.name, partial(acts.put_in, items, each)) for each in collections if not each.smart)
    return [
        Entry("Favourite", partial(acts.favour, items, not loved), "heart", "gallery.favour", checked=loved),
        Entry("Rating", within=ratings),
        Entry("Label", within=labels),
        Entry("Tag …", partial(host.asking.tag, items), action="gallery.tag"),
        Entry("Add to", icon="folder-plus", within=plain) if plain else LINE,
        Entry(f"Take out of {inside.name}", partial(acts.take_out, items, inside), "x") if inside else LINE,
    ]


def _files(host: Host, items: Sequence[Item], one: Item | None) -> list[Entry]:
    asking = host.asking
    many: list[Entry] = [
        Entry("Export …", partial(asking.export, items), "upload", "gallery.export"),
        Entry("Contact sheet …", partial(asking.contact_sheet, items), "grid-3x3", "gallery.contact_sheet"),
        Entry("Move to a folder …", partial(asking.move, items), "folder", "gallery.move"),
    ]
    if one is None:
        return many
    copying: tuple[tuple[str, Callable[[], None], str], ...] = (
        ("Copy the picture", host.copy_picture, "gallery.copy"),
        ("Copy the settings", host.copy_settings, "gallery.copy_settings"),
    )
    return [
        *(Entry(title, run, "copy", action) for title, run, action in copying),
        *many,
        Entry("Rename …", partial(asking.rename, one), "pencil", "gallery.rename"),
        Entry("What the file reveals …", partial(asking.reveal, one), "eye-off", "gallery.reveals"),
        Entry("Show the file", partial(host.acts.show_file, one), "folder-open", "gallery.show_file"),
    ]
