"""What undo steps keep, laid aside in the vault: planes of tiles, and what generated layers remember."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from studio.document.layers import GeneratedLayer
from studio.document.tiles import Tiles
from studio.document.vault import Place, Vault
from studio.request.pixels import Pixels
from studio.request.record import Record, from_record, pixels_of, to_record
from studio.request.request import GenerationRequest

MAKING = ("candidates", "selection", "request")  # the fields of a generated layer that hold pixels


class Stored:
    """A plane that nothing shows now, laid aside in the vault. Whoever else has it keeps it."""

    def __init__(self, vault: Vault, tiles: Tiles) -> None:
        self.vault = vault
        self._layout = tiles.layout
        self._slip = vault.store(dict(tiles.items()))

    def fetch(self) -> Tiles:
        found = self.vault.fetch(self._slip).items()
        return Tiles(self._layout, {key: tile for key, tile in found if tile is not None})


@dataclass(frozen=True)
class _Slip:
    """Fields with digests in the place of pixels, and where those are in the vault's file."""

    fields: Mapping[str, Any]
    places: Mapping[str, Place]


class StoredMaking:
    """Some of the fields of a generated layer, laid aside in the vault."""

    def __init__(self, vault: Vault, fields: Mapping[str, Any]) -> None:
        self.vault = vault
        self._slip: Future[_Slip] = vault.run(lambda: _packed(vault, fields))

    def fetch(self) -> dict[str, Any]:
        """The fields as they were."""
        slip = self._slip.result()
        found = {digest: self.vault.read_pixels(place) for digest, place in slip.places.items()}
        fields = dict(slip.fields)
        if "candidates" in fields:
            fields["candidates"] = tuple(found[digest] for digest in fields["candidates"])
        if fields.get("selection") is not None:
            fields["selection"] = found[fields["selection"]]
        if fields.get("request") is not None:
            fields["request"] = from_record(fields["request"], found.get)
        return fields


def making_of(layer: GeneratedLayer) -> dict[str, Any]:
    """The fields of a layer that hold pixels."""
    return {name: getattr(layer, name) for name in MAKING}


def held_in(fields: Mapping[str, Any]) -> dict[int, int]:
    """The bytes of each of the pixels in some fields of a generated layer, by identity."""
    return {id(pixels): pixels.array.nbytes for pixels in _pixels(fields)}


def _pixels(fields: Mapping[str, Any]) -> Iterator[Pixels]:
    yield from fields.get("candidates", ())
    request: GenerationRequest | None = fields.get("request")
    others: list[Pixels | None] = [fields.get("selection")]
    if request is not None:
        others += [request.source, request.mask, *(region.mask for region in request.regions)]
    yield from (pixels for pixels in others if pixels is not None)


def _packed(vault: Vault, fields: Mapping[str, Any]) -> _Slip:
    """In the vault's thread: digests of large pictures take a while."""
    plain, held = dict(fields), dict[str, Pixels]()
    if "candidates" in plain:
        held |= {pixels.digest: pixels for pixels in plain["candidates"]}
        plain["candidates"] = tuple(pixels.digest for pixels in plain["candidates"])
    if plain.get("selection") is not None:
        held[plain["selection"].digest] = plain["selection"]
        plain["selection"] = plain["selection"].digest
    request: GenerationRequest | None = plain.get("request")
    if request is not None:
        held |= pixels_of(request)
        record: Record = to_record(request)
        plain["request"] = record
    return _Slip(plain, {digest: vault.write_pixels(pixels) for digest, pixels in held.items()})
