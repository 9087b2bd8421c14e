"""`python -m studio models`: what is installed, what a file is, adding, taking away and checking."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from studio.cli_parsing import Commands
from studio.library.models import Models
from studio.library.recognition.folder import main_weights
from studio.library.recognition.recognise import Recognised, recognise
from studio.library.resources import resource
from studio.request.errors import BadInput, Trouble
from studio.request.family import Model
from studio.settings.paths import Home
from studio.settings.settings import SettingsFile
from studio.shelves import models_of


def add_parser(commands: Commands) -> None:
    """Adds `models` to the command line."""
    parser = commands.add_parser("models", help="what models there are, and what a file is")
    what = parser.add_subparsers(metavar="WHAT", required=True)
    _add(what, "list", "all models", _list)
    _add(what, "info", "what a model or a file is", _info, "name", "a model's name, or a file or folder")
    _add(what, "add", "use a file or folder of models", _insert, "path", "copied if a file, used in place if a folder")
    _add(what, "remove", "take a model away (it is moved aside, not destroyed)", _remove, "name", "a model's name")
    _add(what, "verify", "read all weights and compare their checksums", _verify)


def _add(what: Commands, name: str, text: str, command: Any, *argument: str) -> None:
    parser = what.add_parser(name, help=text)
    if argument:
        parser.add_argument(argument[0], help=argument[1])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=command)


def _list(options: argparse.Namespace, home: Home) -> int:
    models = models_of(home)
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
    found = recognise(path)
    if not found.usable:
        raise BadInput(f"{path.name!r} cannot be used as a model. {found.reason}")
    print(_copied(path, home.models / path.name))
    return 0


def _copied(path: Path, target: Path) -> Path:
    """Copies beside the target first, so that no half model is ever found."""
    if target.exists():
        raise BadInput(f"There is a model called {path.name!r} already.", "Remove it, or rename the new one.")
    half = target.with_name(f".{target.name}.part")
    try:
        if path.is_dir():
            shutil.copytree(path, half, dirs_exist_ok=True)
        else:
            shutil.copyfile(path, half)
        half.replace(target)
    except OSError as error:
        raise Trouble(f"{path.name!r} could not be copied: {error.strerror or error}.", details=repr(error)) from error
    return target


def _remove(options: argparse.Namespace, home: Home) -> int:
    model = models_of(home).named(options.name)
    if model.path.is_relative_to(resource("models")):
        raise BadInput(f"{model.title} ships with the studio and cannot be removed.")
    if not model.path.is_relative_to(home.models):
        raise BadInput(
            f"{model.title} lies in a folder of yours: {model.path.parent}.",
            "Remove it there; it is only used in place.",
        )
    aside = home.root / "removed models" / time.strftime("%Y%m%d-%H%M%S")
    aside.mkdir(parents=True)
    shutil.move(model.path, aside / model.path.name)
    print(f"Moved to {aside / model.path.name}")
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
