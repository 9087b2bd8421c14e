"""`run` on a machine without a screen: one picture into the gallery and a drawing of the window, and where they are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from installer.environment import Environment
from installer.trouble import Stop


def example_prompt(root: Path) -> str:
    """The first example of the model that ships with Sfumato, which it does well."""
    import json

    for path in sorted((root / "resources" / "models").glob("*/sfumato.json")):
        try:
            examples = json.loads(path.read_text(encoding="utf-8")).get("examples", ())
        except (OSError, ValueError):
            continue
        if examples:
            return str(examples[0])
    return "a lighthouse at dawn"


def show_without_screen(environment: Environment, why: str) -> int:
    """Makes the two pictures and prints where they are. why: a sentence. Returns the exit code."""
    prompt = example_prompt(environment.root)
    print(f'{why} So Sfumato makes one picture without its window: "{prompt}"', flush=True)
    picture = studio(environment, "generate", prompt).strip().splitlines()[-1]
    print(f"The picture:              {picture}", flush=True)
    drawing = drawing_path(environment.root)
    studio(environment, "screenshot", str(drawing))
    print(f"A drawing of the window:  {drawing}")
    return 0


def drawing_path(root: Path) -> Path:
    """Where the drawing of the window goes: `build` here, or a temporary folder if that cannot be written."""
    import tempfile

    folder = root / "build"
    try:
        folder.mkdir(exist_ok=True)
        usable = os.access(folder, os.W_OK)
    except OSError:
        usable = False
    return (folder if usable else Path(tempfile.gettempdir())) / "window.png"


def studio(environment: Environment, *arguments: str) -> str:
    """Runs one command of the program and returns what it prints. Raises Stop with its own last words if it fails."""
    import subprocess

    command = [str(environment.python), "-m", "studio", *arguments]
    environ = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    if done.returncode == 0:
        return done.stdout
    sys.stderr.write(done.stderr)
    raise Stop(f"'{arguments[0]}' did not work, see above.", code=done.returncode)
