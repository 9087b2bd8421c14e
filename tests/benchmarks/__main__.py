"""python -m tests.benchmarks [NAME [--quick]]"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.machine import machine, versions

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Every module beside this one that has a function `run`; found without importing any."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if re.search(r"^def run\(", path.read_text(), re.M))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measures one thing, prints JSON.")
    parser.add_argument("name", nargs="?", choices=names(), help="without it they are listed")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: to see that it works")
    options = parser.parse_args(arguments)
    if options.name is None:
        print("\n".join(names()))
        return 0
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["HF_HUB_OFFLINE"] = "1"
    where = machine()
    with tempfile.TemporaryDirectory(prefix="sfumato-benchmark-", ignore_cleanup_errors=True) as home:
        os.environ["SFUMATO_HOME"] = home  # nobody's own data is touched
        figures = importlib.import_module(f"tests.benchmarks.{options.name}").run(options.quick)
    print(json.dumps({"benchmark": options.name, "figures": figures, "machine": where, "versions": versions()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
