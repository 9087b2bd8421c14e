"""What `bootstrap.py run|test|repair|doctor` do. Without a command it is `run`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from installer.environment import Environment, folder_trouble
from installer.readiness import Tools, check_libraries, moved_card, ready
from installer.trouble import Stop

USAGE = """usage: python3 installer/bootstrap.py run|test|repair|doctor [arguments]

  run      set Sfumato up if need be, and start it; arguments go to the program
  test     set it up with what the tests need, and run ruff, pyright and pytest; with arguments only pytest with them
  repair   check every installed file, choose PyTorch anew for this machine, install what is missing or damaged
  doctor   say what this machine has, what is wrong and what mends it

SFUMATO_TORCH=cpu|cu126|cu130|rocm7.2|plain chooses PyTorch's build instead of the hardware.
"""


def main(arguments: Sequence[str], root: Path | None = None, tools: Tools | None = None) -> int:
    """Carries out one command. Returns the exit code; trouble is one paragraph on stderr."""
    commands: dict[str, Callable[[Environment, Tools, Sequence[str]], int]] = {
        "run": run,
        "test": test,
        "repair": repair,
        "doctor": doctor,
    }
    name, rest = (arguments[0], arguments[1:]) if arguments else ("run", ())
    if name not in commands:
        wanted_help = name in ("help", "-h", "--help")
        (sys.stdout if wanted_help else sys.stderr).write(USAGE)
        return 0 if wanted_help else 2
    environment = Environment(root or Path(__file__).resolve().parent.parent)
    try:
        return commands[name](environment, tools or Tools(), rest)
    except Stop as stop:
        print(stop.text(), file=sys.stderr)
        return stop.code
    except OSError as error:
        print(folder_trouble(environment.root, error).text(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


def prepare(environment: Environment, name: str, tools: Tools, choices: tuple[tuple[str, ...], ...]) -> None:
    """Libraries first, since they are quick to tell; then everything that Python installs."""
    groups = check_libraries(environment, choices, tools)
    if not ready(environment, name, tools):
        from installer.setup import set_up

        set_up(environment, name, tools, groups)


def run(environment: Environment, tools: Tools, arguments: Sequence[str]) -> int:
    """Starts the program; without a screen and without arguments it shows what it can do all the same."""
    from installer import headless, libraries
    from studio.settings.screen import Screen, told

    screen = tools.screen()
    visible = screen is Screen.THERE
    choices = (libraries.screens(tools.environ) if visible else ()) or (("drawing",),)
    prepare(environment, "app", tools, choices)
    if not visible and not arguments:
        return headless.show_without_screen(environment, told(screen, tools.environ))
    if hint := moved_card(environment, tools):
        print(hint, flush=True)
    return start([str(environment.python), "-m", "studio", *arguments])


def start(command: list[str]) -> int:
    """Becomes the program where the system can, else waits for it."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    import subprocess

    return subprocess.call(command)


def test(environment: Environment, tools: Tools, arguments: Sequence[str]) -> int:
    """Runs the checks and tests."""
    from installer.checks import run_checks

    prepare(environment, "test", tools, (("drawing",),))
    return run_checks(environment, arguments)


def repair(environment: Environment, tools: Tools, arguments: Sequence[str]) -> int:
    """Looks at every installed file and installs anew what is not as it should be."""
    from installer import marker
    from installer.setup import set_up

    found = marker.read(environment.marker)
    name = "test" if found and "test" in found.sets else "app"
    set_up(environment, name, tools, deep=True)
    print("Sfumato is whole again: python3 installer/bootstrap.py run starts it.")
    return 0


def doctor(environment: Environment, tools: Tools, arguments: Sequence[str]) -> int:
    """Says how things are; with --missing-packages only the packages whose libraries are missing, for scripts."""
    from installer import libraries
    from installer.doctor import examine

    if "--missing-packages" not in arguments:
        return examine(environment, tools)
    tool = libraries.manager(libraries.os_release())
    if tool:
        print(" ".join(libraries.packages(libraries.missing(("drawing",), tools.loads), tool)))
    return 0
