"""How files of each family look. A family's signs are data in the file named for it, and no other file knows it.

To add a family: write `signs/<family>.py` with a `SIGNS` value (`sign.py` says what its fields mean); it is found by
itself. What can be run is decided by its descriptor in `library/families` (`Family.variants` names the variants with
`own=True` that the adapter knows, `Family.formats` what may be read); signs of a family without a descriptor still
name its files. `tests/library/make_headers.py` is the place for headers of its files.
"""

from __future__ import annotations

import importlib
import pkgutil

from studio.library.signs.sign import Signs


def _all() -> tuple[Signs, ...]:
    """In the order in which they are asked."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    found = [each for module in modules if isinstance(each := vars(module).get("SIGNS"), Signs)]
    return tuple(sorted(found, key=lambda each: (each.rank, each.family)))


SIGNS: tuple[Signs, ...] = _all()
BY_FAMILY = {each.family: each for each in SIGNS}
