"""The families of models that the studio knows: one descriptor each, and nothing else differs on the way.

Every file here is one, by its FAMILY. No other file knows their names, but for the adapter beside it in
`pipelines/families`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from studio.request.errors import BadInput
from studio.request.family import Family


def _all() -> Mapping[str, Family]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return MappingProxyType({module.FAMILY.id: module.FAMILY for module in modules})


FAMILIES: Mapping[str, Family] = _all()


def family(identifier: str) -> Family:
    """The descriptor of that id. Raises BadInput, naming the known ones, when there is none."""
    if identifier in FAMILIES:
        return FAMILIES[identifier]
    known = ", ".join(each.title for each in FAMILIES.values())
    raise BadInput(f"Models of the family {identifier!r} are not known here.", f"Known are {known}.")
