"""One descriptor, one set of signs and one adapter a family: no other file knows its name."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from studio.library.families import FAMILIES
from studio.library.signs import SIGNS

STUDIO = Path(__file__).parent.parent / "studio"
# the embedded model is trained here: its room and what that room writes may speak of it
OF_SCENES = ("training", "closed_form", "cli_train", "palette")


@cache
def words() -> dict[str, set[str]]:
    """File → every text in it, and the last name of every module that it imports."""
    found: dict[str, set[str]] = {}
    for path in STUDIO.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        modules = {node.module.split(".")[-1] for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        found[path.relative_to(STUDIO).as_posix()] = texts | modules
    return found


@pytest.mark.parametrize("family", sorted({*FAMILIES, *(each.family for each in SIGNS)}))
def test_only_files_named_for_a_family_know_its_name(family: str) -> None:
    knowing = [path for path, texts in words().items() if family in texts]
    others = [path for path in knowing if not path.endswith(f"/{family}.py")]
    if family == "scenes":
        others = [path for path in others if not any(word in path for word in OF_SCENES)]
    assert others == []
    assert knowing, "the family has at least its descriptor or its signs"


def test_signs_and_descriptors_speak_of_the_same_family() -> None:
    for signs in SIGNS:
        if signs.family in FAMILIES:
            own = {each.name for each in signs.variants if each.own}
            assert FAMILIES[signs.family].variants <= own, "a descriptor names variants that no sign tells"
