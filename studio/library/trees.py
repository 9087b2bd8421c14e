"""Folders of weights as other programs lay them out: used where they are, nothing in them is changed.

A1111 and Forge, ComfyUI (with extra_model_paths.yaml), SwarmUI, Fooocus, InvokeAI, or any folder at all.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, cast

from studio.library.recognition.folder import INDEX
from studio.library.recognition.recognise import PICKLED, WEIGHTS

_SKIPPED = frozenset(("node_modules", "venv", "__pycache__", "site-packages", "output", "outputs", "custom_nodes"))
_SHARD = re.compile(r"-(\d{5})-of-\d{5}\.")
_LARGEST = 1_000_000  # bytes of a file of settings
_MOST_BESIDE = 200  # folders in a folder that are asked for a program


@dataclass(frozen=True)
class Tree:
    """A folder that was added. title: the program it belongs to, or "". folders: where its weights are; some of them
    may be single files.
    """

    root: Path
    title: str
    folders: tuple[Path, ...]


def tree_of(root: Path) -> Tree:
    """Whose folder it is, and where to look in it. Reads settings of other programs, never runs anything."""
    for title, folders in _programs_in(root):
        found = [each for each in folders(root) if each.exists()]
        return Tree(root, title, _outermost(found) or (root,))
    return Tree(root, "", _outermost([root, *_of_programs_below(root)]))


def _programs_in(root: Path) -> Iterator[tuple[str, Callable[[Path], list[Path]]]]:
    return ((title, folders) for title, is_it, folders in _PROGRAMS if is_it(root))


def _of_programs_below(root: Path) -> Iterator[Path]:
    """What the programs that lie in a folder keep elsewhere, such as a portable ComfyUI in the folder it comes in."""
    try:
        inner = [each for each in islice(root.iterdir(), _MOST_BESIDE) if each.is_dir()]
    except OSError:
        return
    for each in sorted(inner):
        for _, folders in _programs_in(each):
            yield from (folder for folder in folders(each) if folder.exists())
            break


def candidates(trees: Iterable[Tree]) -> Iterator[Path]:
    """Files and diffusers folders that look like weights, each once, in a fixed order.

    Linked folders come after all others: what can be reached by a link, too, goes by its own place.
    """
    been: set[tuple[int, int]] = set()
    waiting = [folder for tree in trees for folder in tree.folders]
    while waiting:
        yield from _below(waiting.pop(0), been, waiting)


def _below(root: Path, been: set[tuple[int, int]], links: list[Path]) -> Iterator[Path]:
    """been: device and number of folders that were gone through. links: linked folders that are found go there."""
    if root.is_file() and root.name.lower().endswith((*WEIGHTS, *PICKLED)):
        yield root
    for folder, subfolders, files in os.walk(root):
        here = Path(folder)
        if not _is_new(here, been):
            subfolders.clear()
            continue
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".") and name not in _SKIPPED)
        if INDEX in files:
            subfolders.clear()
            yield here
            continue
        links += [here / name for name in subfolders if (here / name).is_symlink()]
        for name in sorted(files):
            if name.startswith(".") or not name.lower().endswith((*WEIGHTS, *PICKLED)):
                continue
            shard = _SHARD.search(name)
            if shard is None or shard.group(1) == "00001":
                yield here / name


def _is_new(folder: Path, been: set[tuple[int, int]]) -> bool:
    """Whether nobody was in a folder yet, by whatever link: links may lead in circles."""
    try:
        status = folder.stat()
    except OSError:
        return False
    identity = (status.st_dev, status.st_ino)
    if identity in been:
        return False
    been.add(identity)
    return True


def _outermost(folders: list[Path]) -> tuple[Path, ...]:
    """Each folder once, without those that lie in another one."""
    kept: list[Path] = []
    for folder in sorted({Path(os.path.abspath(folder)) for folder in folders}, key=lambda each: len(each.parts)):
        if not any(folder.is_relative_to(other) for other in kept):
            kept.append(folder)
    return tuple(kept)


# ComfyUI


def _comfy_folders(root: Path) -> list[Path]:
    extra = root / "extra_model_paths.yaml"
    return [root / "models", *(_extra_paths(extra) if extra.is_file() else [])]


def _extra_paths(file: Path) -> list[Path]:
    """The folders that an extra_model_paths.yaml names.

    Its form is a small part of YAML: sections of `key: path`, `key: |` with a path a line, or a list. base_path,
    wherever it stands in a section, is before all other paths of that section.
    """
    found: list[Path] = []
    base, named = file.parent, list[str]()
    for depth, key, value in (*_entries(_lines(file)), (0, "", "")):
        if not depth:
            found += [base / _plain(each) for each in named]
            base, named = file.parent, []
        elif key == "base_path":
            base = file.parent / _plain(value)
        elif key != "is_default":
            named.append(value)
    return found


def _entries(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """(depth, key, value) of a small part of YAML; of several values each by itself."""
    key, block = "", 0
    for line in lines:
        text = re.sub(r"(^|\s)#.*", "", line).rstrip()
        if not text.strip():
            continue
        depth = len(text) - len(text.lstrip())
        item = text.strip()
        if key and item.startswith("- "):
            yield depth or 1, key, item[2:].strip()
            continue
        if block and depth > block:
            yield depth, key, item
            continue
        key, colon, value = (part.strip() for part in item.partition(":"))
        block = depth if colon and value[:1] in ("|", ">") and depth else 0
        if not depth:
            yield 0, key, ""
        elif value.startswith("[") and value.endswith("]"):
            yield from ((depth, key, each.strip()) for each in value[1:-1].split(",") if each.strip())
        elif value and not block:
            yield depth, key, value


def _plain(path: str) -> str:
    """Without quotes, the home folder and variables of the system put in, as ComfyUI does."""
    return os.path.expandvars(os.path.expanduser(path.strip().strip("\"'")))


def _lines(file: Path) -> list[str]:
    with suppress(OSError, UnicodeDecodeError):
        if file.stat().st_size <= _LARGEST:
            return file.read_text(encoding="utf-8-sig").splitlines()
    return []


# SwarmUI, Fooocus, InvokeAI, A1111


_SWARM = re.compile(r"\s*(ModelRoot|SD\w+Folder):\s*(\S.*)")


def _swarm_folders(root: Path) -> list[Path]:
    """Several roots with semicolons between them; folders of kinds lie in them, or elsewhere if absolute."""
    chosen: dict[str, list[str]] = {}
    for found in filter(None, map(_SWARM.fullmatch, _lines(root / "Data" / "Settings.fds"))):
        chosen[found[1]] = [part.strip() for part in found[2].split(";") if part.strip()]
    roots = chosen.pop("ModelRoot", ["Models"])
    elsewhere = [part for parts in chosen.values() for part in parts if Path(part).is_absolute()]
    return [root / part for part in (*roots, *elsewhere)]


def _fooocus_folders(root: Path) -> list[Path]:
    facts: Any = None
    with suppress(ValueError, RecursionError):
        facts = json.loads("\n".join(_lines(root / "config.txt")) or "null")
    found = [root / "models"]
    if isinstance(facts, dict):
        for key, value in cast("dict[str, Any]", facts).items():
            paths = cast("list[Any]", value) if isinstance(value, list) else [value]
            if key.startswith("path_") and key not in ("path_outputs", "path_wildcards"):
                found += [root / path for path in paths if isinstance(path, str)]
    return found


def _invoke_folders(root: Path) -> list[Path]:
    """Its own, and what was added to it where it lies, which only its database knows."""
    chosen = {key: _plain(value) for _, key, value in _entries(_lines(root / "invokeai.yaml")) if value}
    database = root / chosen.get("db_dir", "databases") / "invokeai.db"
    added = (Path(path) for path in _invoke_paths(database)) if database.is_file() else ()
    return [root / chosen.get("models_dir", "models"), *(path for path in added if path.is_absolute())]


def _invoke_paths(database: Path) -> Iterator[str]:
    """Of all its models, relative ones to its own folder. Nothing is written, no lock is taken."""
    rows: list[tuple[Any, ...]] = []
    address = f"file:{urllib.parse.quote(database.as_posix())}?mode=ro&immutable=1"
    with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as connection:
        rows = connection.execute("SELECT config FROM models LIMIT 50000").fetchall()
    for (config,) in rows:
        with suppress(ValueError, TypeError, RecursionError):
            facts: Any = json.loads(config)
            path = cast("dict[str, Any]", facts).get("path") if isinstance(facts, dict) else None
            if isinstance(path, str):
                yield path


_ELSEWHERE = re.compile(
    r"--(data-dir|forge-ref-a1111-home|(?:ckpt|lora|lyco|vae|embeddings|controlnet|text-encoder|\w+-models)-(?:dirs?|path))"
    r"""[ =]+("[^"]+"|'[^']+'|\S+)"""
)


def _webui_folders(root: Path) -> list[Path]:
    """Its own, and those that its starter names as arguments."""
    found = [root / "models", root / "embeddings"]
    for name in ("webui-user.sh", "webui-user.bat"):
        for line in _lines(root / name):
            told = "" if re.match(r"\s*(#|::|rem\b|@rem\b)", line, re.IGNORECASE) else line
            for option, path in _ELSEWHERE.findall(told):
                there = root / _plain(path)
                whole = option in ("data-dir", "forge-ref-a1111-home")
                found += [there / "models", there / "embeddings"] if whole else [there]
    return found


def _has(*names: str) -> Callable[[Path], bool]:
    return lambda root: all((root / name).exists() for name in names)


_PROGRAMS: tuple[tuple[str, Callable[[Path], bool], Callable[[Path], list[Path]]], ...] = (
    ("Fooocus", _has("fooocus_version.py"), _fooocus_folders),
    ("ComfyUI", _has("folder_paths.py", "models"), _comfy_folders),
    ("SwarmUI", _has("Models", "src"), _swarm_folders),
    ("SwarmUI", _has("Data/Settings.fds"), _swarm_folders),
    ("InvokeAI", _has("invokeai.yaml"), _invoke_folders),
    ("Forge", _has("modules_forge", "models"), _webui_folders),
    ("A1111", _has("webui.py", "models"), _webui_folders),
)
