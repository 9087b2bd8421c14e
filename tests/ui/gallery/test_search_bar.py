"""Finding pictures: by typing, by clicking, by likeness, in every order."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.library.gallery.index.query import FIELDS, parse_query
from studio.library.gallery.index.search import Facet, Sort
from studio.request.events import Picture
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.ui.gallery.frame import ALIKE, SORTS
from studio.ui.gallery.search_bar import FilterMenu, suggestions
from tests.library.gallery.requests import picture, request
from tests.ui.fakes import colour
from tests.ui.gallery.conftest import ids, select, shown

POPUP = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def type_in(qtbot, view, words):
    view.search.setFocus()
    qtbot.keyClicks(view.search, words)


@POPUP
def test_pictures_are_found_as_one_types(qtbot, view):
    type_in(qtbot, view, "la")
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    assert shown(view) == ["a mountain lake"]
    type_in(qtbot, view, "zy")
    qtbot.waitUntil(lambda: view.model.rowCount() == 0)
    assert view.grid.empty_text == "Nothing found"
    qtbot.keyClick(view.search, Qt.Key.Key_Escape)
    assert view.model.rowCount() == 5


def test_control_f_comes_here_and_down_goes_to_the_first_picture(qtbot, view):
    qtbot.keyClick(view.grid, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert view.search.hasFocus()
    view.search.look_for("fox")
    qtbot.keyClick(view.search, Qt.Key.Key_Down)
    assert view.grid.hasFocus()
    assert view.grid.currentIndex().row() == 0


def test_what_is_not_understood_is_said(view):
    view.search.look_for("rating:many")
    assert view.grid.empty_hint == "rating:many is not understood."


def test_every_field_is_suggested_by_its_first_letters():
    def none(_name):
        return []

    for name in FIELDS:
        [*found] = suggestions(name[:2], none)
        assert any(each.startswith(f"{name}:\t") for each in found), name
        assert suggestions(f"-{name[:2]}", none)[0].startswith("-")
    assert suggestions("r", none) == [], "one letter means nothing yet"


def test_known_values_are_suggested_with_their_numbers():
    def facets(name):
        assert name == "model"
        return [Facet("dream xl", 12_000), Facet("mini", 3)]

    assert suggestions("model:", facets) == ['model:"dream xl"\t12,000', "model:mini\t3"]
    assert suggestions("-model:DR", facets) == ['-model:"dream xl"\t12,000']


def test_values_that_every_gallery_has_are_suggested():
    def none(_name):
        return []

    assert suggestions("is:fav", none) == ["is:favourite\t"]
    assert "date:week\tthe last seven days" in suggestions("date:", none)
    assert suggestions("-rating:>=4", none) == []
    assert suggestions("rating:", none)[1] == "rating:>=4\t4 stars or more"
    for name, field in FIELDS.items():
        for value, _ in field.values:
            assert parse_query(f"{name}:{value}").problems == ()


def test_a_word_suggests_what_is_called_so():
    known = {"model": [Facet("Dream XL", 12)], "tag": [Facet("my dreams", 3), Facet("daydream", 9)], "lora": []}
    assert suggestions("dre", known.get) == ['tag:"my dreams"\t3', 'model:"Dream XL"\t12']
    assert suggestions("-dre", known.get)[0] == '-tag:"my dreams"\t3'
    assert suggestions("dr", known.get) == [], "two letters begin too much"


@POPUP
def test_a_suggestion_is_taken_with_the_keyboard(qtbot, view, filled):
    filled.mark([2], tags=["red things"])
    type_in(qtbot, view, "ta")
    qtbot.waitUntil(view.search._list.isVisible)
    qtbot.keyClick(view.search._list, Qt.Key.Key_Down)
    qtbot.keyClick(view.search._list, Qt.Key.Key_Return)
    assert view.search.text() == "tag:"
    assert view.search._words.stringList() == ['tag:"red things"\t1']
    qtbot.keyClick(view.search._list, Qt.Key.Key_Down)
    qtbot.keyClick(view.search._list, Qt.Key.Key_Return)
    assert view.search.text() == 'tag:"red things" '
    assert shown(view) == ["a red fox"]


def offers(menu):
    menu.aboutToShow.emit()
    found = {}
    for action in menu.actions():
        if action.menu():
            found |= {f"{action.text()} › {inner.text()}": inner for inner in action.menu().actions()}
        elif action.text():
            found[action.text()] = action
    return found


def test_filters_by_click_are_words_of_the_search(view, filled):
    filled.mark([1], rating=4, label="green")
    [menu] = view.findChildren(FilterMenu)
    offers(menu)["Rating › ★★★★ or more"].trigger()
    assert view.search.text() == "rating:>=4"
    assert shown(view) == ["a lighthouse at dawn"]
    offers(menu)["Label › green   1"].trigger()
    assert view.search.text() == "rating:>=4 label:green"
    found = offers(menu)
    assert found["Rating › ★★★★ or more"].isChecked()
    found["Rating › ★★★★ or more"].trigger()
    assert view.search.text() == "label:green"
    offers(menu)["Clear the search"].trigger()
    assert view.model.rowCount() == 5
    assert "Model › dream   5" in found
    assert "Made with › sfumato   5" in found


def order(view, sort):
    place = view.sort.findData(sort)
    view.sort.setCurrentIndex(place)
    view.sort.activated.emit(place)


def test_every_order(view, filled, gallery):
    filled.keep(picture("the large one", seed=9, size=Size(128, 64)))
    filled.mark([2], rating=5)
    found = {}
    for sort in SORTS:
        order(view, sort)
        found[sort] = shown(view)
    assert found[Sort.NEWEST] == list(reversed(found[Sort.OLDEST]))
    assert found[Sort.RATING][0] == "a red fox"
    assert found[Sort.LARGEST][0] == "the large one"
    assert found[Sort.NAME] == [item.prompt for item in sorted(filled.recent(9), key=lambda item: item.name)]
    assert view.grid.groups.tolist() == [0], "days only where dates rule"


@pytest.fixture
def likes(view_of, gallery):
    """A red picture, another one nearly like it, and three of quite another look."""
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    red = colour(Size(64, 64), 250).array.copy()
    red[20:40, 20:40] = 30
    nearly = red.copy()
    nearly[22:42, 21:41] = 36
    for name, array in (("red", red), ("noise", noise), ("nearly", nearly), ("grey", np.full_like(red, 90))):
        gallery.keep(Picture(pixels=Pixels(array), request=request(name)))
    return view_of(gallery)


def test_similar_pictures_by_look_and_the_way_back(qtbot, likes):
    likes.search.look_for("red")
    select(likes, 0)
    likes.find_similar()
    assert shown(likes)[:2] == ["red", "nearly"]
    assert likes.sort.currentText() == ALIKE
    assert likes.count.text().startswith("Pictures like ")
    qtbot.keyClick(likes.grid, Qt.Key.Key_Escape)
    assert shown(likes) == ["red"]
    assert likes.sort.findText(ALIKE) < 0
    assert likes.sort.currentText() == SORTS[Sort.NEWEST]


@pytest.mark.parametrize("way", ["order", "place"])
def test_another_order_or_place_ends_likeness(qtbot, likes, way):
    select(likes, 0)
    likes.find_similar()
    if way == "order":
        order(likes, Sort.OLDEST)
    else:
        rect = likes.side.visualItemRect(likes.side.topLevelItem(0))
        qtbot.mouseClick(likes.side.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert likes.browser.like is None
    assert likes.model.rowCount() == 4
    assert likes.sort.findText(ALIKE) < 0


def test_a_new_picture_shows_only_where_it_is_looked_for(qtbot, view, filled):
    view.search.look_for("fox")
    filled.keep(picture("another fox", seed=8))
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    filled.keep(picture("a bear", seed=9))
    qtbot.waitUntil(lambda: len(ids(filled)) == 7)
    view.browser.refresh()
    assert shown(view) == ["another fox", "a red fox"]
