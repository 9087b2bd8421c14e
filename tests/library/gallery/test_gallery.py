"""What is kept is found again, marked, put into collections and the trash, renamed."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from studio.library.gallery.gallery import Change, Gallery
from studio.library.gallery.index.search import Place
from studio.request.errors import BadInput
from tests.library.gallery.filled import ids
from tests.library.gallery.requests import picture, pixels


def test_a_kept_picture_is_found_with_its_thumbnail_and_its_request(gallery: Gallery) -> None:
    made = picture("a lighthouse at dawn", source=pixels(5), mask=pixels(6, 1), strength=0.5)
    path = gallery.keep(made)
    [item] = gallery.recent(5)
    assert (item.path, item.prompt, item.kind, item.source) == (path, "a lighthouse at dawn", "inpaint", "sfumato")
    assert gallery.thumbnails.get(item.print) is not None
    metadata = gallery.metadata(item)
    assert gallery.request(metadata) == made.request
    assert metadata.own is not None
    assert metadata.own.digest == made.pixels.digest


def test_listeners_hear_of_it(gallery: Gallery) -> None:
    heard: list[Change] = []
    gallery.listen(heard.append)
    gallery.keep(picture())
    assert heard == [Change(added=(1,))]


def test_many_threads_keep_at_once(gallery: Gallery) -> None:
    def work(number: int) -> None:
        for seed in range(5):
            gallery.keep(picture("together", seed=100 * number + seed))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids(gallery)) == 20
    assert len(list(gallery.folder.glob("*/*.png"))) == 20


def test_the_trash_keeps_files_until_it_is_emptied(gallery: Gallery) -> None:
    source = pixels(9)
    path = gallery.keep(picture("one", source=source, strength=0.4))
    keeper = gallery.keep(picture("two", seed=2, source=source, strength=0.4))
    gallery.throw_away(ids(gallery, "one"))
    assert path.exists()
    assert ids(gallery, "one") == []
    assert len(ids(gallery, place=Place.TRASH)) == 1
    gallery.restore(ids(gallery, place=Place.TRASH))
    assert len(ids(gallery, "one")) == 1
    gallery.throw_away(ids(gallery, "one"))
    assert gallery.empty_trash() == []
    assert not path.exists()
    assert gallery.sources.find(source.digest) == source, "another picture still needs it"
    gallery.throw_away(ids(gallery))
    gallery.empty_trash()
    assert not keeper.exists()
    assert gallery.sources.find(source.digest) is None


@pytest.mark.logs
def test_what_cannot_be_removed_stays_in_the_trash_and_is_said(gallery: Gallery) -> None:
    gallery.keep(picture())
    gallery.throw_away(ids(gallery))

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    [(item, reason)] = gallery.empty_trash(refuse)
    assert reason == "Permission denied"
    assert ids(gallery, place=Place.TRASH) == [item.id]


def test_two_programs_use_one_gallery_at_once(gallery: Gallery) -> None:
    other = Gallery(gallery.folder)
    gallery.keep(picture("ours"))
    other.keep(picture("theirs"))
    other.mark(ids(other), rating=2)
    gallery.mark(ids(gallery, "theirs"), rating=5)
    assert len(ids(gallery, "rating:2")) == 1
    assert len(ids(other, "rating:5")) == 1
    other.close()


def test_a_file_can_have_another_name(gallery: Gallery) -> None:
    gallery.keep(picture("old"))
    gallery.mark([1], rating=2)
    [item] = gallery.recent(1)
    path = gallery.rename(item, "  a new: name / ok?  ")
    assert path.name == "a new name  ok.png"
    assert path.exists()
    gallery.reindex()
    assert ids(gallery, "rating:2 name:new") == [1]
    [item] = gallery.recent(1)
    gallery.keep(picture("second"))
    for bad in ("", "   ", "...", "/", "x" * 300):
        with pytest.raises(BadInput):
            gallery.rename(item, bad)
    with pytest.raises(BadInput, match="already"):
        gallery.rename(gallery.recent(1)[0], "a new name  ok")


def test_collections_cannot_be_inside_themselves(gallery: Gallery) -> None:
    outer = gallery.collections.make("Outer")
    inner = gallery.collections.make("Inner", outer.id)
    with pytest.raises(BadInput, match="inside itself"):
        gallery.collections.change(replace(outer, parent=inner.id))
    with pytest.raises(BadInput, match="name"):
        gallery.collections.make("  ")
    gallery.collections.remove(outer.id)
    assert gallery.collections.named("inner") == replace(inner, parent="")
