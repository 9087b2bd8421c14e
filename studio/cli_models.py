"""`python -m studio models`: what is installed, what a file is, adding, taking away and checking."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from studio.cli_download import download as _download
from studio.cli_download import is_pickled, refusal
from studio.cli_download import search as _search
from studio.cli_parsing import Commands
from studio.library.entry import Entry
from studio.library.models import Models
from studio.library.moving import copy, put_aside, take_away
from studio.library.pickled import convert
from studio.library.recognition.folder import main_weights
from studio.library.recognition.recognise import Recognised, recognise
from studio.library.recognition.recognised import KINDS
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.settings.paths import Home
from studio.settings.settings import SettingsFile
from studio.shelves import models_of

_CONVERT: Any = {"action": "store_true", "help": "write a pickled file as safetensors; nothing in it is run"}


def add_parser(commands: Commands) -> None:
    """Adds `models` to the command line."""
    parser = commands.add_parser("models", help="what models there are, and what a file is")
    what = parser.add_subparsers(metavar="WHAT", required=True)
    _add(what, "list", "all models", _list)
    _add(what, "info", "what a model or a file is", _info, "name", "a model's name, or a file or folder")
    insert = _add(
        what, "add", "use a file or folder of weights", _insert, "path", "files are copied, folders used in place"
    )
    insert.add_argument("--convert", **_CONVERT)
    _add(what, "remove", "take weights away (they are moved aside, not destroyed)", _remove, "name", "their name")
    _add(what, "verify", "read all weights and compare their checksums", _verify)
    _add(what, "scan", "look through all folders again, and say how much there is", _scan)
    _add(what, "search", "repositories on Hugging Face", _search, "words", "in their names")
    wanted = "id of an offer of the catalogue, owner/repository[/file], or an address of a file"
    bring = _add(what, "download", "bring weights; what broke off goes on where it ended", _download, "what", wanted)
    bring.add_argument("--convert", **_CONVERT)


def _add(what: Commands, name: str, text: str, command: Any, *argument: str) -> argparse.ArgumentParser:
    parser = what.add_parser(name, help=text)
    if argument:
        parser.add_argument(argument[0], help=argument[1])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=command)
    return parser


def _list(options: argparse.Namespace, home: Home) -> int:
    models = models_of(home)
    models.refresh()
    if options.json:
        for model in models.all():
            print(json.dumps(_facts(model)))
        for other in models.others:
            print(json.dumps(_unusable(other)))
        return 0
    for model in models.all():
        print(f"{model.reference.name}  {model.title}, {model.family.title}, {model.defaults.size}")
    for other in models.others:
        print(f"{other.path.name}  cannot be used: {other.reason}")
    return 0


def _info(options: argparse.Namespace, home: Home) -> int:
    path = Path(options.name).expanduser()
    facts = _unusable(recognise(path.resolve())) if path.exists() else _facts(models_of(home).named(options.name))
    if options.json:
        print(json.dumps(facts))
    else:
        for name, value in facts.items():
            print(f"{name}: {'yes' if value is True else 'no' if value is False else value}")
    return 0


def _facts(model: Model) -> dict[str, Any]:
    found = recognise(model.path)
    return {
        **_unusable(found),
        "family": model.family.id,
        "name": model.reference.name,
        "title": model.title,
        "about": model.about,
        "size": list(model.defaults.size),
    }


def _unusable(found: Recognised) -> dict[str, Any]:
    return {**asdict(found), "path": str(found.path), "usable": found.usable}


def _insert(options: argparse.Namespace, home: Home) -> int:
    path = Path(options.path).expanduser().resolve()
    if not path.exists():
        raise BadInput(f"There is no file or folder {options.path!r}.")
    if path.is_dir() and not (path / "model_index.json").exists():
        file = SettingsFile(home.settings_file)
        settings = file.load()
        file.save(replace(settings, model_folders=tuple(dict.fromkeys((*settings.model_folders, str(path))))))
        print(f"{path} is looked through for models from now on.")
        return 0
    if is_pickled(path):
        if not options.convert:
            raise refusal(path)
        print(convert(path, home.models / f"{path.stem}.safetensors"))
        return 0
    found = recognise(path)
    if found.kind == "unknown":
        raise BadInput(f"{path.name!r} cannot be used. {found.reason}")
    print(copy(path, home.models))
    return 0


def _remove(options: argparse.Namespace, home: Home) -> int:
    entry = _entry(models_of(home), options.name)
    if entry.embedded:
        raise BadInput(f"{entry.title} ships with the studio and cannot be removed.")
    if not entry.path.is_relative_to(home.models):
        raise BadInput(
            f"{entry.title} lies in a folder of yours: {entry.path.parent}.",
            "Remove it there; it is only used in place.",
        )
    trash = put_aside(home.root / "removed models")
    take_away(entry.path, lambda path: print(f"Moved to {trash(path)}"))
    return 0


def _entry(models: Models, name: str) -> Entry:
    """Any weights of that name or title. Raises BadInput when there are none."""
    models.refresh()
    wanted = name.strip().lower()
    for each in models.entries():
        if not each.missing and wanted in (each.name.lower(), each.title.lower()):
            return each
    raise BadInput(f"There are no weights called {name!r}.", "`models list` names all.")


def _scan(options: argparse.Namespace, home: Home) -> int:
    models = models_of(home)
    models.refresh()
    kinds = Counter(each.kind for each in models.entries() if not each.missing)
    missing = sum(each.missing for each in models.entries())
    if options.json:
        print(json.dumps({"kinds": dict(kinds), "missing": missing}))
        return 0
    for kind, count in kinds.most_common():
        print(f"{count}  {KINDS[kind][count != 1]}")
    if missing:
        print(f"{missing}  missing")
    return 0


def _verify(options: argparse.Namespace, home: Home) -> int:
    well = True
    for model, problem in _checked(models_of(home)):
        well = well and not problem
        if options.json:
            print(json.dumps({"name": model.reference.name, "ok": not problem, "problem": problem}))
        else:
            print(f"{model.reference.name}  {problem or 'is whole'}")
    return 0 if well else 1


def _checked(models: Models) -> Iterator[tuple[Model, str]]:
    for model in models.all():
        weights = main_weights(model.path)
        problem = "" if weights else "its weights are missing"
        if weights and (wanted := model.reference.digest):
            try:
                with weights.open("rb") as stream:
                    found = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError as error:
                problem = f"it cannot be read: {error.strerror or error}"
            else:
                problem = "" if found == wanted else "its weights have changed since they were added"
        yield model, problem
