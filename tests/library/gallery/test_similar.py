"""Pictures that look alike are found, however many there are and however they were put together."""

from __future__ import annotations

import numpy as np
import pytest

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index import thumbnails
from studio.library.gallery.index.look import BYTES, distances
from studio.library.gallery.similar import Similar
from studio.request.events import Picture
from studio.request.pixels import Pixels
from tests.library.gallery.requests import picture, request


def test_similar_pictures_are_found_by_their_look(gallery: Gallery) -> None:
    def painted(hue: int, noise: int) -> Picture:
        y, x = np.mgrid[0:64, 0:64]
        array = np.stack([x * 2 + hue, y * 2, np.full_like(x, 255 - hue)], axis=-1)
        array = array + np.random.default_rng(noise).integers(-1, 2, array.shape)
        return Picture(pixels=Pixels(np.clip(array, 0, 255).astype(np.uint8)), request=request(seed=noise))

    first = gallery.keep(painted(10, 1))
    near = gallery.keep(painted(12, 2))
    for seed in range(3, 8):
        gallery.keep(picture("noise", seed=seed))
    item = next(each for each in gallery.recent(10) if each.path == first)
    found = gallery.similar.to(item.print)
    paths = [gallery.store.item(identifier).path for identifier, _ in found]
    assert paths[:2] == [first, near]
    assert found[0][1] == 0
    assert found[1][1] < found[2][1] / 2
    gallery.throw_away([found[1][0]])
    assert near not in [gallery.store.item(identifier).path for identifier, _ in gallery.similar.to(item.print)]


def test_what_is_packed_is_found_as_before(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "PACKED", 4)
    for seed in range(11):
        gallery.keep(picture("noise", seed=seed))
    items = gallery.recent(11)
    before = {item.id: gallery.similar.to(item.print) for item in items}
    gallery.similar.prepare()
    assert len(gallery.thumbnails.packs()) == 2
    anew = Similar(gallery.store, gallery.thumbnails)
    for item in items:
        for found in (gallery.similar.to(item.print), anew.to(item.print)):
            assert found[0][0] == item.id
            assert dict(found) == pytest.approx(dict(before[item.id]))
    assert len(before) == 11


def test_packs_go_with_what_they_hold(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "PACKED", 4)
    for seed in range(9):
        gallery.keep(picture("noise", seed=seed))
    gallery.similar.prepare()
    *_, third, _second, first = gallery.recent(9)
    gallery.throw_away([third.id])
    gallery.empty_trash()
    assert gallery.thumbnails.packs() == [], "the dropped look was in the first of them"
    assert third.id not in dict(gallery.similar.to(first.print))
    assert len(gallery.similar.to(first.print)) == 8
    jpeg, look = thumbnails.thumbnail_of_pixels(Pixels(np.zeros((64, 64, 3), np.uint8)))
    gallery.thumbnails.keep([(first.print, jpeg, look)])  # the file is another now
    assert gallery.similar.to_look(look)[0] == (first.id, 0)


def test_distance_is_none_to_itself_and_at_most_one() -> None:
    looks = np.random.default_rng(1).integers(0, 256, (BYTES, 50), np.uint8)
    for place in range(50):
        apart = distances(looks[:, place].tobytes(), looks)
        assert apart[place] == 0
        assert ((apart >= 0) & (apart <= 1)).all()
