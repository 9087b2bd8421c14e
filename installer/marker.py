"""The note in an environment that is complete: what was installed, by which pins, for which machine.

It is written last and removed before anything changes, so an environment without it is half-made.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements"
ALONE = "alone.txt"  # packages that are installed without what they ask for
SETS = {"app": ("app.txt",), "test": ("app.txt", "test.txt")}


def digest(name: str) -> str:
    """SHA-256 over the pins of a set of packages ("app" or "test")."""
    total = hashlib.sha256()
    for file in (*SETS[name], ALONE, "constraints.txt"):
        total.update((REQUIREMENTS / file).read_bytes())
    return total.hexdigest()


def pinned(package: str) -> str:
    """Version that app.txt pins a package to."""
    for line in (REQUIREMENTS / "app.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        if name == package:
            return version
    raise KeyError(package)


@dataclass(frozen=True, kw_only=True)
class Marker:
    """sets: digests of the pins by name of the set; torch: id of the build; wish: build the person asked for, or "".

    python: version of the environment's Python; gpu: what `gpu_sign` said; root: folder the environment was made for;
    libraries: groups of system libraries that were found complete.
    """

    sets: dict[str, str]
    torch: str
    wish: str = ""
    python: str
    gpu: str
    root: str
    libraries: list[str]

    def holds(self, name: str) -> bool:
        """Whether the set is installed as it is pinned now."""
        return self.sets.get(name) == digest(name)

    def with_libraries(self, groups: list[str]) -> Marker:
        return replace(self, libraries=sorted({*self.libraries, *groups}))


def read(path: Path) -> Marker | None:
    """The marker in this file; None if there is none or it cannot be read, which is the same to us."""
    try:
        return Marker(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write(path: Path, marker: Marker) -> None:
    """Writes the marker in one piece."""
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(marker), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
