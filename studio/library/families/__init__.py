"""The families of models that the studio knows: one descriptor each, and nothing else differs on the way."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from studio.library.families.scenes import SCENES
from studio.library.families.sd15 import SD15
from studio.library.families.sdxl import SDXL
from studio.request.errors import BadInput
from studio.request.family import Family

FAMILIES: Mapping[str, Family] = MappingProxyType({each.id: each for each in (SCENES, SD15, SDXL)})


def family(identifier: str) -> Family:
    """The descriptor of that id. Raises BadInput, naming the known ones, when there is none."""
    if identifier in FAMILIES:
        return FAMILIES[identifier]
    known = ", ".join(each.title for each in FAMILIES.values())
    raise BadInput(f"Models of the family {identifier!r} are not known here.", f"Known are {known}.")
