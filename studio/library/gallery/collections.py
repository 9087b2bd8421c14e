"""Nested collections of pictures, and smart ones that are saved searches."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from studio.library.gallery.index.store import Store
from studio.request.errors import BadInput


@dataclass(frozen=True)
class Collection:
    """parent: id of the collection it is in, or "". query: of a smart collection, else ""."""

    id: str
    name: str
    parent: str = ""
    query: str = ""

    @property
    def smart(self) -> bool:
        """Whether it is a saved search."""
        return bool(self.query)


class Collections:
    """changed: called with the ids of pictures that were put in or taken out."""

    def __init__(self, store: Store, changed: Callable[[tuple[int, ...]], None]) -> None:
        self._store = store
        self._changed = changed

    def all(self) -> tuple[Collection, ...]:
        """All collections by name; those in another follow from `parent`."""
        with self._store.database.read() as connection:
            rows = connection.execute("SELECT id, name, parent, query FROM collection ORDER BY name COLLATE NOCASE, id")
            return tuple(Collection(*row) for row in rows)

    def named(self, name: str) -> Collection | None:
        """The first of this name, or None."""
        wanted = name.strip().casefold()
        return next((each for each in self.all() if each.name.casefold() == wanted), None)

    def make(self, name: str, parent: str = "", query: str = "") -> Collection:
        """A new collection. Raises BadInput when it has no name or its parent is not there."""
        made = Collection(secrets.token_hex(6), name.strip(), parent, query.strip())
        self._check(made)
        self._write(made)
        return made

    def change(self, collection: Collection) -> None:
        """Gives a collection another name, parent or query. Raises BadInput when it would be inside itself."""
        self._check(collection)
        self._write(collection)

    def remove(self, identifier: str) -> None:
        """Takes a collection away; its pictures stay, and collections in it move to the top."""
        self._store.act({"do": "collection", "id": identifier, "gone": True})

    def put_in(self, identifier: str, ids: Iterable[int]) -> None:
        """Puts pictures in; those that are in it stay."""
        chosen = tuple(ids)
        self._store.mark(chosen, collections=[identifier])
        self._changed(chosen)

    def take_out(self, identifier: str, ids: Iterable[int]) -> None:
        """Takes pictures out of it; the pictures stay."""
        chosen = tuple(ids)
        self._store.mark(chosen, **{"without collections": [identifier]})
        self._changed(chosen)

    def _write(self, made: Collection) -> None:
        act = {"do": "collection", "id": made.id, "name": made.name, "parent": made.parent, "query": made.query}
        self._store.act(act)

    def _check(self, made: Collection) -> None:
        if not made.name.strip():
            raise BadInput("A collection needs a name.")
        parents = {each.id: each.parent for each in self.all()}
        if made.parent and made.parent not in parents:
            raise BadInput("The collection to put it in is gone.")
        above = made.parent
        while above:
            if above == made.id:
                raise BadInput("A collection cannot be inside itself.")
            above = parents.get(above, "")
