"""Where pictures came from and what became of them, for each way of making one out of another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.document.ways_on import Words, branched, kept, varied
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.grid_sheet import sheet
from studio.library.gallery.index.search import Wanted
from studio.library.gallery.lineage import Lineage, lineage_of
from studio.request.control import Control
from studio.request.events import Picture
from studio.request.geometry import Size
from studio.request.request import GenerationRequest, Prompt
from tests.library.gallery.requests import pixels, request


def keep(gallery: Gallery, wanted: GenerationRequest, look: int) -> Picture:
    """A finished picture; look: of its pixels."""
    made = Picture(pixels=pixels(look, size=wanted.size), request=wanted, seconds=1.0)
    gallery.keep(made)
    return made


def lineage(gallery: Gallery, made: Picture) -> Lineage:
    with gallery.store.database.read() as connection:
        [(found,)] = connection.execute("SELECT id FROM picture WHERE digest = ?", (made.pixels.digest,)).fetchall()
    return lineage_of(gallery.store, found)


def words(items: object) -> list[str]:
    return [item.prompt for item in items]


ROOT = request("root")
AUTUMN = Words(prompt=Prompt.plain("in autumn"), negative=Prompt.plain(""), guidance=5.0)


def made_from(root: Picture, way: str) -> GenerationRequest:
    """A request for a picture out of another one, as the studio would write it."""
    match way:
        case "edit":
            return request(way, source=root.pixels, strength=0.5)
        case "fill":
            mask = pixels(9, channels=1)
            return request(way, source=root.pixels, mask=mask, strength=1.0)
        case "variation":
            return replace(varied(root.request, 0.3, 1), prompt=root.request.prompt)
        case "branch":
            return branched(root.request, 8, AUTUMN)
        case "fresh branch":
            return branched(root.request, 8, AUTUMN, fresh=0.5)
        case "branch of a part":
            return branched(root.request, 8, AUTUMN, hole=(root.pixels, pixels(9, channels=1)))
        case _:
            return kept(root.request, 7)


@pytest.mark.parametrize(
    "way", ["edit", "fill", "variation", "branch", "fresh branch", "branch of a part", "kept early"]
)
def test_every_way_on_leads_back(gallery: Gallery, way: str) -> None:
    root = keep(gallery, ROOT, 1)
    other = keep(gallery, request("not related", seed=5), 2)
    new = keep(gallery, made_from(root, way), 3)
    assert words(lineage(gallery, new).before) == ["root"]
    assert [item.prompt for item in lineage(gallery, root).after] == [new.request.prompt.text]
    assert not lineage(gallery, other)
    gallery.reindex()
    assert words(lineage(gallery, new).before) == ["root"], "the files alone tell it"


def test_a_long_way_is_told_from_its_beginning(gallery: Gallery) -> None:
    root = keep(gallery, ROOT, 1)
    branch = keep(gallery, branched(root.request, 8, AUTUMN), 2)
    edited = keep(gallery, request("edited", source=branch.pixels, strength=0.4), 3)
    varied_once = keep(gallery, varied(edited.request, 0.2, 1), 4)
    assert words(lineage(gallery, varied_once).before) == ["root", "in autumn", "edited"]
    assert words(lineage(gallery, branch).after) == ["edited"]


def test_remixes_sets_and_pictures_made_again_stand_together(gallery: Gallery) -> None:
    root = keep(gallery, ROOT, 1)
    whole = replace(ROOT, count=3, seed=100)
    of_set = [keep(gallery, whole.single(index), 10 + index) for index in range(3)]
    again = keep(gallery, ROOT, 50)  # on another machine it came out different
    keep(gallery, replace(ROOT, size=Size(128, 64)), 60)  # other settings
    found = lineage(gallery, root)
    assert not found.before
    assert not found.after
    assert len(found.alike) == 4
    alike = {item.id for item in found.alike}
    assert all(lineage(gallery, each).alike for each in (*of_set, again))
    assert len(alike) == 4


def test_an_identical_copy_is_no_relative(gallery: Gallery) -> None:
    root = keep(gallery, ROOT, 1)
    keep(gallery, ROOT, 1)
    with gallery.store.database.read() as connection:
        [(first,), _] = connection.execute(
            "SELECT id FROM picture WHERE digest = ? ORDER BY id", (root.pixels.digest,)
        ).fetchall()
    assert not lineage_of(gallery.store, first)


def test_a_picture_that_was_started_from_itself_ends_somewhere(gallery: Gallery) -> None:
    root = keep(gallery, request("root", source=pixels(1), strength=0.0), 1)
    assert lineage(gallery, root).before == ()


def test_an_edit_of_a_part_leads_back_to_the_whole_picture(gallery: Gallery) -> None:
    root = keep(gallery, ROOT, 1)
    crop = pixels(8)  # a part of it, which is in no file of the gallery
    edit = keep(gallery, request("edit", source=crop, strength=0.5, origin=root.pixels.digest), 2)
    later = keep(gallery, request("later", source=pixels(9), strength=0.5, origin=edit.pixels.digest), 3)
    assert words(lineage(gallery, later).before) == ["root", "edit"]
    assert words(lineage(gallery, root).after) == ["edit"]


@pytest.mark.parametrize(("kind", "origin"), [("controlnet", True), ("controlnet", False), ("ip-adapter", True)])
def test_what_was_followed_or_to_be_like_is_found_from_both_sides(gallery: Gallery, kind: str, origin: bool) -> None:
    root = keep(gallery, ROOT, 1)
    seen = pixels(8) if origin else root.pixels  # lines drawn after it, or the picture itself
    control = Control(kind=kind, name="edges", picture=seen, origin=root.pixels.digest if origin else "")
    new = keep(gallery, request("new", controls=(control,)), 2)
    for _ in range(2):
        assert words(lineage(gallery, new).followed) == ["root"]
        assert words(lineage(gallery, root).led) == ["new"]
        assert not lineage(gallery, new).before
        gallery.reindex()
    gallery.throw_away([lineage(gallery, new).followed[0].id])
    assert not lineage(gallery, new).followed


def test_where_a_control_came_from_makes_no_other_picture_of_it(gallery: Gallery) -> None:
    plain = Control(kind="controlnet", name="edges", picture=pixels(8))
    one = keep(gallery, request("one", controls=(plain,)), 1)
    two = keep(gallery, request("one", controls=(replace(plain, origin="0" * 32),), seed=43), 2)
    assert words(lineage(gallery, two).alike) == ["one"]
    assert words(lineage(gallery, one).alike) == ["one"]


def test_the_sheet_of_a_grid_and_its_pictures_lead_to_each_other(gallery: Gallery, tmp_path: Path) -> None:
    made = [keep(gallery, request(f"steps {number}", seed=number), number) for number in (1, 2)]
    file = tmp_path / "grid.png"
    file.write_bytes(sheet("a red fox", [["10", "20"]], {(place,): each.pixels for place, each in enumerate(made)}))
    kept = gallery.bring_in(file)
    [found] = gallery.items(gallery.find(Wanted("kind:grid red fox")))
    assert found.path == kept
    assert words(lineage_of(gallery.store, found.id).parts) == ["steps 1", "steps 2"]
    assert [item.id for item in lineage(gallery, made[1]).sheets] == [found.id]
    assert gallery.metadata(found).prompt == "a red fox"
