"""`python -m studio gallery`: list, search, show, import, reindex, export and read metadata, without a window."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from studio.cli_parsing import Commands
from studio.library.gallery.dialects.table import TITLES, read_metadata
from studio.library.gallery.export import SAME, TEMPLATE, TOKENS, Export, export
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.scan import Scanned
from studio.library.gallery.index.search import Place, Sort, Wanted
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.strip import reveals, stripped
from studio.library.gallery.writing import place
from studio.request.errors import BadInput, Trouble
from studio.settings.paths import Home
from studio.shelves import gallery_of

_FORMATS = {"png": "PNG", "jpeg": "JPEG", "jpg": "JPEG", "webp": "WebP", "avif": "AVIF", "same": SAME}


def add_parser(commands: Commands) -> None:
    """Adds `gallery` to the command line."""
    parser = commands.add_parser("gallery", help="find, look into and export the pictures that were made")
    what = parser.add_subparsers(metavar="WHAT", required=True)
    listing = _add(what, "list", "pictures, newest first", _list)
    search = _add(what, "search", "pictures that a search means", _list)
    search.add_argument("query", nargs="+", help='words, "phrases", -not, and fields such as model:dream rating:>=4')
    for each in (listing, search):
        each.add_argument("--limit", type=int, default=None, metavar="N", help="at most so many")
        each.add_argument("--sort", choices=[sort.name.lower() for sort in Sort], default="newest")
        each.add_argument("--place", choices=[place.value for place in Place], default="all")
        each.add_argument("--collection", metavar="NAME", default="", help="only pictures of this collection")
    show = _add(what, "show", "all about one picture", _show)
    show.add_argument("picture", help="its number, or its file")
    add = _add(
        what, "import", "look through folders of other programs from now on; nothing in them is changed", _import
    )
    add.add_argument("paths", nargs="+", metavar="PATH", help="folders")
    _add(what, "reindex", "build the index anew from the files", _reindex)
    _add_export(what)
    metadata = _add(what, "metadata", "how the picture in a file was made, whoever made it", _metadata)
    metadata.add_argument("file")
    metadata.add_argument("--reveals", action="store_true", help="say what the file would tell others")
    metadata.add_argument("--strip", metavar="OUT", help="write a copy without any metadata")


def _add(what: Commands, name: str, text: str, command: Any) -> argparse.ArgumentParser:
    parser = what.add_parser(name, help=text)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=command, query=[])
    return parser


def _add_export(what: Commands) -> None:
    parser = _add(what, "export", "copies in another format, size or name", _export)
    parser.add_argument("query", nargs="*", help="a search; without one: all pictures")
    parser.add_argument("--to", required=True, metavar="DIR")
    parser.add_argument("--format", choices=sorted(_FORMATS), default="same")
    parser.add_argument("--quality", type=int, default=92, metavar="1-100")
    parser.add_argument("--longest", type=int, default=0, metavar="PIXELS", help="of the longer side")
    tokens = " ".join(f"[{token}]" for token in TOKENS)
    parser.add_argument("--name", default=TEMPLATE, metavar="TEMPLATE", help=f"with {tokens}; / makes folders")
    parser.add_argument("--strip", action="store_true", help="without metadata")


def opened(home: Home) -> Gallery:
    """The gallery with its index up to date."""
    gallery = gallery_of(home)
    gallery.recover(discard)
    gallery.scan()
    return gallery


def discard(path: Path) -> None:
    """Into the system's trash, as in the window: what a removal there began is not ended more harshly here."""
    from studio.ui.gallery.work import move_to_trash  # Qt, which few runs need

    move_to_trash(path)


def _list(options: argparse.Namespace, home: Home) -> int:
    gallery = opened(home)
    try:
        for item in gallery.items(gallery.find(_wanted(gallery, options), options.limit)):
            print(json.dumps(item_facts(item)) if options.json else item_line(item))
    finally:
        gallery.close()
    return 0


def _wanted(gallery: Gallery, options: argparse.Namespace) -> Wanted:
    """What was asked for. Raises BadInput for what is not understood."""
    collection = ""
    if options.limit is not None and options.limit < 0:
        raise BadInput(f"--limit {options.limit} is not a number of pictures.")
    if options.collection:
        found = gallery.collections.named(options.collection)
        if found is None:
            raise BadInput(f"There is no collection called {options.collection!r}.")
        collection = found.id
    sort = Sort[options.sort.upper()]
    wanted = Wanted(" ".join(_query(options.query)), Place(options.place), collection, sort=sort)
    problems = gallery.find(wanted, 0).problems
    if problems:
        raise BadInput(" ".join(problems))
    return wanted


def _query(words: list[str]) -> list[str]:
    """What the shell took the quotation marks from gets them back, unless it is a whole query."""
    if len(words) == 1:
        return words
    return [f'"{word}"' if " " in word and ":" not in word and not word.startswith("-") else word for word in words]


def _show(options: argparse.Namespace, home: Home) -> int:
    gallery = opened(home)
    try:
        item = _item(gallery, options.picture)
        try:
            metadata = gallery.metadata(item)
        except BadInput:
            metadata = None
        facts = item_facts(item) | {"metadata": metadata.facts() if metadata else None}
        if options.json:
            print(json.dumps(facts))
        else:
            print(item_line(item))
            _print_metadata(metadata)
    finally:
        gallery.close()
    return 0


def _item(gallery: Gallery, name: str) -> Item:
    item = gallery.store.item(int(name)) if name.isdecimal() and len(name) < 19 else None
    if item is None:
        found = gallery.store.find(Path(name).absolute())
        item = gallery.store.item(found) if found is not None else None
    if item is None:
        raise BadInput(f"There is no picture {name!r} in the gallery.")
    return item


def _import(options: argparse.Namespace, home: Home) -> int:
    gallery = gallery_of(home)
    try:
        gallery.recover(discard)
        for path in map(Path, options.paths):
            if path.is_file():
                gallery.bring_in(path)
            else:
                gallery.add_folder(path)
        result = gallery.scan()
        _tell(result, options.json)
        return 0 if result.done else 1
    finally:
        gallery.close()


def _reindex(options: argparse.Namespace, home: Home) -> int:
    gallery = gallery_of(home)
    try:
        result = gallery.reindex(discard=discard)
        _tell(result, options.json)
        return 0 if result.done else 1
    finally:
        gallery.close()


def _tell(result: Scanned, as_json: bool) -> None:
    facts = {key: value for key, value in asdict(result).items() if key != "new"}
    if as_json:
        print(json.dumps(facts))
        return
    numbers = ("seen", "added", "changed", "moved", "gone", "unreadable")
    print(", ".join(f"{facts[name]} {name}" for name in numbers))
    for path, reason in result.troubles:
        print(f"{_plain(path)}: {reason}", file=sys.stderr)


def _export(options: argparse.Namespace, home: Home) -> int:
    gallery = opened(home)
    try:
        wanted = Wanted(" ".join(_query(options.query)))
        found = gallery.find(wanted)
        if found.problems:
            raise BadInput(" ".join(found.problems))
        results = export(
            gallery.items(found),
            Export(
                folder=Path(options.to),
                format=_FORMATS[options.format],
                quality=options.quality,
                longest=options.longest,
                template=options.name,
                strip=options.strip,
            ),
        )
    finally:
        gallery.close()
    for result in results:
        if options.json:
            path = str(result.path) if result.path else None
            print(json.dumps({"id": result.item.id, "path": path, "problem": result.problem or None}))
        elif result.path:
            print(_plain(str(result.path)))
        else:
            print(f"sfumato: {result.problem}", file=sys.stderr)
    return 1 if any(result.problem for result in results) else 0


def _metadata(options: argparse.Namespace, home: Home) -> int:
    path = Path(options.file)
    if options.strip:
        return _strip(path, Path(options.strip))
    if options.reveals:
        told = reveals(path)
        for line in [json.dumps(told)] if options.json else [*map(_plain, told)] or ["Nothing but the picture."]:
            print(line)
        return 0
    metadata = read_metadata(path)
    if options.json:
        print(json.dumps(metadata.facts()))
    else:
        _print_metadata(metadata)
    return 0


def _strip(path: Path, target: Path) -> int:
    data = stripped(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        place(data, target, target.parent)
    except OSError as error:
        raise Trouble(f"The file {str(target)!r} cannot be written: {error.strerror or error}.") from error
    return 0


def item_facts(item: Item) -> dict[str, Any]:
    """One picture as a JSON object."""
    return {
        "id": item.id,
        "path": str(item.path).encode("utf-8", "replace").decode(),
        "created": datetime.fromtimestamp(item.created).astimezone().isoformat(timespec="seconds"),
        "width": item.width,
        "height": item.height,
        "format": item.format,
        "source": item.source,
        "kind": item.kind,
        "prompt": item.prompt,
        "model": item.model,
        "rating": item.rating,
        "label": item.label,
        "favourite": bool(item.favourite),
        "tags": list(item.tags),
        "problem": item.problem or None,
    }


def item_line(item: Item) -> str:
    """One picture as one line."""
    when = f"{datetime.fromtimestamp(item.created):%Y-%m-%d %H:%M}"
    stars = "★" * item.rating
    words = item.problem or item.prompt[:80] or item.name
    return _plain(f"{item.id:>7}  {when}  {item.width}×{item.height}  {stars:<5}  {words}  {item.path}")


def _print_metadata(metadata: Metadata | None) -> None:
    if metadata is None:
        return
    for name, value in metadata.facts().items():
        if value is not None and name != "raw":
            shown = TITLES.get(str(value), value) if name == "source" else value
            print(f"{name:<10}{_plain(str(shown))}")
    for lora in metadata.loras:
        print(f"{'lora':<10}{_plain(lora.name)} {'' if lora.weight is None else f'{lora.weight:g}'}")


def _plain(text: str) -> str:
    """One line without control characters: a stranger's file must not steer the terminal."""
    shown = text.encode("utf-8", "replace").decode()
    return "".join(sign if sign.isprintable() else " " for sign in shown)
