"""What the gallery can do, as a table in the order of its menu: titles, keys, and what must be selected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from studio.ui.gallery.modes import Mode
from studio.ui.gallery.recalling import SETTINGS
from studio.ui.gallery.standing import Standing
from studio.ui.incoming import WAYS

if TYPE_CHECKING:
    from studio.ui.gallery.gallery_view import GalleryView

Deed = Callable[["GalleryView"], object]
_LABELS = (("none", ""), ("red", "6"), ("yellow", "7"), ("green", "8"), ("blue", "9"), ("purple", ""))


@dataclass(frozen=True)
class Offer:
    """when: what must be selected; None for what can be done from anywhere. See `Action` for the others."""

    id: str
    title: str
    section: str
    deed: Deed
    keys: tuple[str, ...] = ()
    when: Callable[[Standing], bool] | None = None
    icon: str = ""
    help: str = ""
    on: Callable[[GalleryView], bool] | None = None


_any, _some, _one, _two, _told = map(attrgetter, ("any", "some", "one", "two", "told"))


def _ours(standing: Standing) -> bool:
    return standing.one and standing.source == "sfumato"


_LOOK = (
    Offer(
        "open",
        "Look at it",
        "look",
        lambda view: view.looking.toggle(),
        ("Return", "Enter", "Space"),
        _any,
        "eye",
        "The picture large, and back to all pictures.",
    ),
    Offer(
        "slideshow",
        "Slideshow",
        "look",
        lambda view: view.looking.slideshow(),
        ("S",),
        _any,
        "play",
        "One picture after the other, from this one on.",
        lambda view: view.viewer.sliding,
    ),
    Offer(
        "full_screen", "Full screen", "look/Viewer", lambda view: view.looking.full_screen(), ("F11",), _any, "maximize"
    ),
    Offer(
        "histogram",
        "Histogram",
        "look/Viewer",
        lambda view: view.viewer.toggle_histogram(),
        ("H",),
        lambda standing: standing.viewing,
        "mountain",
        "How often each brightness and colour occurs in the picture.",
        lambda view: view.viewing and not view.viewer.histogram.isHidden(),
    ),
    Offer(
        "about",
        "How it was made",
        "look",
        lambda view: view.toggle_info(),
        ("I",),
        lambda _standing: True,
        "panel-right",
        "The panel at the right, with every setting.",
        lambda view: view.about.isChecked(),
    ),
    Offer(
        "similar",
        "Find similar",
        "look",
        lambda view: view.find_similar(),
        ("Ctrl+Shift+F",),
        _one,
        "search",
        "Pictures that look like this one, most alike first.",
    ),
    Offer(
        "leave_similar",
        "Back from similar pictures",
        "look",
        lambda view: view.leave_similar(),
        when=lambda standing: standing.alike,
        icon="undo-2",
    ),
    Offer(
        "compare",
        "Side by side",
        "look/Viewer",
        lambda view: view.looking.compare(view.selected, Mode.SIDE_BY_SIDE),
        ("C",),
        lambda standing: standing.some and standing.count > 1,
        "blend",
        "Up to four pictures with one zoom.",
    ),
    Offer(
        "before_after",
        "Before and after",
        "look/Viewer",
        lambda view: view.looking.compare(view.selected, Mode.SPLIT),
        ("Shift+C",),
        _two,
        "contrast",
        "Two pictures, divided by a line to drag.",
    ),
    Offer(
        "difference",
        "Difference",
        "look/Viewer",
        lambda view: view.looking.compare(view.selected, Mode.DIFFERENCE),
        ("D",),
        _two,
        "eclipse",
        "Where two pictures are not the same.",
    ),
)


def _sending(way: str) -> Deed:
    return lambda view: view.send(way)


_WORK = (
    Offer(
        "use",
        "Use all its settings",
        "work",
        lambda view: view.recall(frozenset(SETTINGS)),
        ("Ctrl+U",),
        _told,
        "corner-down-left",
        "Prompt, seed, size, model and all else, for the next picture.",
    ),
    Offer(
        "remix",
        "Remix",
        "work",
        lambda view: view.ask("remix"),
        ("Ctrl+R",),
        _told,
        "shuffle",
        "All its settings but the seed.",
    ),
    Offer(
        "vary",
        "Vary",
        "work",
        lambda view: view.ask("vary"),
        ("Ctrl+Alt+V",),
        _one,
        "wand-sparkles",
        "Pictures like it.",
    ),
    Offer(
        "upscale",
        "Upscale …",
        "work",
        lambda view: view.ask("upscale"),
        when=_one,
        icon="maximize",
        help="Makes it larger: smoothly, by an upscaler, or with finer detail by a model.",
    ),
    Offer(
        "steps",
        "Go through its steps",
        "work",
        lambda view: view.ask("steps"),
        when=_ours,
        icon="history",
        help="On the canvas: how it came out of noise, and ways on from each step.",
    ),
    Offer(
        "again",
        "Make again",
        "work",
        lambda view: view.ask("again"),
        ("Ctrl+Shift+R",),
        _ours,
        "refresh-cw",
        "The same once more, and whether it came out identical.",
    ),
    *(
        Offer(f"send_{way}", title, "work/Send to the canvas", _sending(way), when=_one, icon="image")
        for title, way in WAYS
    ),
)


def _rating(stars: int) -> Deed:
    return lambda view: view.acts.rate(view.selected, stars)


def _labelling(name: str) -> Deed:
    return lambda view: view.acts.label(view.selected, name)


_MARK = (
    Offer("favour", "Favourite", "mark", lambda view: view.favour(), ("F",), _some, "heart"),
    Offer("tag", "Tag …", "mark", lambda view: view.asking.tag(view.selected), ("T",), _some, "bookmark"),
    *(
        Offer(
            f"rate_{stars}",
            {0: "No stars", 1: "1 star"}.get(stars, f"{stars} stars"),
            "mark/Rating",
            _rating(stars),
            (str(stars),),
            _some,
        )
        for stars in range(6)
    ),
    *(
        Offer(
            f"label_{name}",
            "No label" if name == "none" else f"{name.capitalize()} label",
            "mark/Label",
            _labelling("" if name == "none" else name),
            (key,) if key else (),
            _some,
        )
        for name, key in _LABELS
    ),
)
_FILES = (
    Offer("copy", "Copy the picture", "files", lambda view: view.copy_picture(), ("Ctrl+C",), _one, "copy"),
    Offer("export", "Export …", "files", lambda view: view.asking.export(view.selected), ("Ctrl+E",), _some, "upload"),
    Offer(
        "copy_settings",
        "Copy its settings",
        "files/Files",
        lambda view: view.copy_settings(),
        ("Ctrl+Shift+C",),
        _told,
        "copy",
    ),
    Offer(
        "contact_sheet",
        "Contact sheet …",
        "files/Files",
        lambda view: view.asking.contact_sheet(view.selected),
        ("Ctrl+Shift+E",),
        _some,
        "grid-3x3",
        "Small pictures on a page, as PDF or PNG.",
    ),
    Offer(
        "move",
        "Move to a folder …",
        "files/Files",
        lambda view: view.asking.move(view.selected),
        ("Ctrl+M",),
        _some,
        "folder",
    ),
    Offer(
        "rename", "Rename …", "files/Files", lambda view: view.with_current(view.asking.rename), ("F2",), _one, "pencil"
    ),
    Offer(
        "reveals",
        "What the file reveals …",
        "files/Files",
        lambda view: view.with_current(view.asking.reveal),
        when=_one,
        icon="eye-off",
    ),
    Offer(
        "strip",
        "Save a copy without metadata …",
        "files/Files",
        lambda view: view.with_current(view.asking.strip),
        when=_one,
        icon="eye-off",
    ),
    Offer(
        "show_file",
        "Show the file",
        "files/Files",
        lambda view: view.with_current(view.acts.show_file),
        when=_one,
        icon="folder-open",
    ),
)
_TRASH = (
    Offer(
        "throw_away",
        "Move to the trash",
        "files",
        lambda view: view.acts.throw_away(view.selected),
        ("Delete", "Backspace"),
        _some,
        "trash-2",
    ),
    Offer(
        "restore",
        "Put back",
        "files/Files",
        lambda view: view.acts.restore(view.selected),
        when=lambda standing: standing.trash and standing.count > 0,
        icon="undo-2",
    ),
)
_ALL = (
    Offer(
        "search",
        "Search the gallery",
        "all",
        lambda view: view.begin_search(),
        ("Ctrl+F", "/"),
        icon="search",
        help="Words of prompts, and fields such as model: or rating:>=4.",
    ),
    Offer(
        "collection",
        "New collection …",
        "all/Library",
        lambda view: view.places.make_collection(),
        ("Ctrl+Shift+N",),
        icon="folder-plus",
    ),
    Offer(
        "add_folder",
        "Add a folder of pictures …",
        "all/Library",
        lambda view: view.places.ask_folder(),
        ("Ctrl+Shift+A",),
        icon="folder-open",
        help="It is watched from now on. Nothing in it is moved or changed.",
    ),
    Offer(
        "import",
        "Copy pictures into the gallery …",
        "all/Library",
        lambda view: view.arriving.bring(view.asking.pictures()),
        ("Ctrl+Shift+I",),
        icon="image-plus",
        help="Files of any program, with the settings in them.",
    ),
    Offer(
        "empty_trash",
        "Empty the trash",
        "all/Library",
        lambda view: view.acts.empty_trash(),
        icon="trash-2",
        help="Its files go to the system's trash, where they can still be had back.",
    ),
    Offer(
        "scan",
        "Look through all folders again",
        "all/Library",
        lambda view: view.work.scan(),
        ("F5",),
        icon="refresh-cw",
        help="Finds what is new, changed or gone.",
    ),
    Offer(
        "reindex",
        "Build the index anew",
        "all/Library",
        lambda view: view.work.reindex(),
        icon="list-ordered",
        help="Reads every file again. Ratings, tags and collections stay.",
    ),
    Offer(
        "unreadable",
        "What could not be read …",
        "all/Library",
        lambda view: view.report.list_troubles(),
        icon="image-off",
        help="Files and folders that could not be read, each with the reason.",
    ),
)
OFFERS = (*_LOOK, *_WORK, *_MARK, *_FILES, *_TRASH, *_ALL)
