"""The house has rooms; doors open one way. This test is the map."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

STUDIO = Path(__file__).parent.parent / "studio"

TORCH = ("torch", "diffusers", "transformers", "safetensors", "PIL", "huggingface_hub")
# room: (rooms it may import, outside packages besides the standard library and numpy)
ROOMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "request": ((), ()),
    "prompts": (("request",), ()),
    "settings": ((), ("platformdirs",)),
    "library": (("request", "prompts"), ("PIL", "safetensors", "huggingface_hub", "tokenizers")),
    "document": (("request", "prompts"), ("PIL", "PySide6.QtCore", "PySide6.QtGui", "cv2", "psd_tools")),
    "pipelines": (("request", "prompts", "library"), (*TORCH, "peft", "accelerate", "spandrel")),
    "training": (("request", "prompts", "library", "pipelines"), (*TORCH, "cv2", "tokenizers", "scipy")),
    "engine": (("request", "settings"), ("PySide6.QtCore",)),
    "ui": (
        ("request", "prompts", "settings", "library", "document", "engine"),
        ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets", "PySide6.QtSvg", "PIL"),
    ),
}
DOORS = {"app", "cli", "shelves", "__main__", "__init__"}  # the front doors know every room
LAZY = ("studio.pipelines", "studio.training")  # and open these two only inside a function
COMMON = ("numpy", *sys.stdlib_module_names)


def imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def within(name: str, doors: tuple[str, ...]) -> bool:
    return any((name + ".").startswith(door + ".") for door in doors)


def room_of(source: Path) -> str:
    return source.relative_to(STUDIO).parts[0].removesuffix(".py")


MODULES = sorted(STUDIO.rglob("*.py"))
IN_ROOMS = [path for path in MODULES if path.parent != STUDIO]
FRONT = [path for path in MODULES if path.parent == STUDIO]


@pytest.mark.parametrize("source", IN_ROOMS, ids=lambda path: str(path.relative_to(STUDIO)))
def test_doors_open_one_way(source: Path) -> None:
    room = room_of(source)
    rooms, packages = ROOMS[room]
    allowed = (*(f"studio.{door}" for door in (room, *rooms)), "studio.__version__", *packages, *COMMON)
    assert not [name for name in imports(ast.parse(source.read_text())) if not within(name, allowed)]


@pytest.mark.parametrize("source", FRONT, ids=lambda path: path.name)
def test_the_front_doors_open_the_heavy_rooms_only_inside_a_function(source: Path) -> None:
    assert room_of(source) in DOORS or source.name.startswith("cli_")
    tree = ast.parse(source.read_text())
    top = ast.Module([node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)], [])
    assert not [name for name in imports(top) if within(name, (*LAZY, "torch", "diffusers"))]


def test_a_breach_is_seen() -> None:
    tree = ast.parse("def f():\n    from studio.ui.window import Window\n")
    assert imports(tree) == {"studio.ui.window.Window"}
    assert not within("studio.ui.window.Window", ("studio.request", "studio.document"))


def test_the_window_opens_without_torch() -> None:
    code = "import sys, studio.app; print([m for m in ('torch', 'diffusers', 'transformers') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=STUDIO.parent, check=True)
    assert result.stdout.strip() == "[]", result.stderr
