"""A gallery with some of everything in it, and what a person could see of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Place, Wanted
from studio.library.gallery.lineage import lineage_of
from tests.library.gallery.requests import picture

SPECIMENS = Path(__file__).parent / "specimens"


def ids(gallery: Gallery, query: str = "", place: Place = Place.ALL) -> list[int]:
    return gallery.find(Wanted(query, place)).ids.tolist()


def everything(gallery: Gallery) -> list[tuple[object, ...]]:
    """All that a person could see of the gallery, but for numbers that are given out."""
    with gallery.store.database.read() as connection:
        rows = connection.execute(
            "SELECT path, name, bytes, print, state, format, width, height, created, source, kind, prompt, negative,"
            " model, model_hash, loras, sampler, steps, guidance, seed, strength, digest, parent, recipe, origin, kin,"
            " problem, rating, label, favourite, tags FROM picture"
        ).fetchall()
    collections = [(each.name, each.query) for each in gallery.collections.all()]
    members = sorted(gallery.search.members().items())
    return [*sorted(rows, key=repr), *sorted(collections), members, gallery.folders(), *sorted(relations(gallery))]


def relations(gallery: Gallery) -> list[tuple[str, ...]]:
    """Every picture that has relatives with the names of each kind of them."""
    with gallery.store.database.read() as connection:
        rows = connection.execute("SELECT id, name FROM picture").fetchall()
    found = [(name, lineage_of(gallery.store, identifier)) for identifier, name in rows]
    return [
        (name, *(repr(sorted(item.name for item in kind)) for kind in vars(of).values())) for name, of in found if of
    ]


def full(gallery: Gallery, tmp_path: Path) -> None:
    """Some of everything: own pictures, foreign ones, marks, collections, the trash, a broken file."""
    for seed in range(4):
        gallery.keep(picture(f"number {seed}", seed=seed))
    foreign = tmp_path / "foreign"
    shutil.copytree(SPECIMENS, foreign)
    (foreign / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    gallery.add_folder(foreign)
    gallery.scan()
    gallery.mark(ids(gallery, "number")[:2], rating=4, tags=["a, b", "c"], favourite=True)
    gallery.mark(ids(gallery, "source:invoke"), label="green")
    collection = gallery.collections.make("Best")
    inner = gallery.collections.make("Inner", collection.id)
    gallery.collections.make("Smart", query="rating:>=4")
    gallery.collections.put_in(inner.id, ids(gallery, "fox"))
    gallery.throw_away(ids(gallery, '"number 3"'))
