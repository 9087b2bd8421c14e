"""Collections and places at the left: made, filled by dragging, nested, renamed, and what each entry offers."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QToolButton

from studio.library.gallery.index.search import Place
from studio.ui.gallery.model import MIME
from studio.ui.gallery.side_bar import _COLLECTION, COLLECTIONS, Chosen, _offers
from studio.ui.widgets.notice import Notice
from tests.ui.gallery.conftest import ids, press, select, shown

ROLE = Qt.ItemDataRole.UserRole


def item_of(view, words):
    return next(item for item in view.side._all() if item.text(0) == words)


def ask(monkeypatch, name):
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: (name, True))


def drop(view, data, target):
    place = view.side.visualItemRect(target).center()
    actions = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    move = QDragMoveEvent(place, *actions)
    view.side.dragMoveEvent(move)
    if move.isAccepted():
        view.side.dropEvent(QDropEvent(QPointF(place), *actions))
    return move.isAccepted()


def dragged(*identifiers):
    data = QMimeData()
    data.setData(MIME, ",".join(map(str, identifiers)).encode())
    return data


def test_a_collection_is_made_filled_by_dragging_and_shown(qtbot, view, filled, monkeypatch):
    ask(monkeypatch, "Portfolio")
    head = view.side.itemWidget(item_of_role(view, COLLECTIONS), 0)
    head.findChild(QToolButton).click()
    target = item_of(view, "Portfolio")
    chosen = [view.model.item(row).id for row in (0, 2)]
    assert drop(view, dragged(*chosen), target)
    view.places.fill()
    assert target.data(0, ROLE + 1) == 2
    view.side.setCurrentItem(item_of(view, "Portfolio"))
    assert sorted(view.model.found.ids.tolist()) == sorted(chosen)
    select(view, 0)
    view.acts.take_out(view.selected, view.places.collection)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    view.acts.undo()
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)


def item_of_role(view, role):
    return next(item for item in view.side._all() if item.data(0, ROLE) == role)


def test_pictures_dropped_on_the_trash_are_thrown_away(qtbot, view, filled):
    assert drop(view, dragged(view.model.item(0).id), item_of(view, "Trash"))
    assert len(ids(filled, place=Place.TRASH)) == 1
    assert not drop(view, dragged(1), item_of(view, "Today"))


def test_collections_nest_by_dragging_but_not_into_themselves(view, filled):
    outer = filled.collections.make("Outer")
    inner = filled.collections.make("Inner")
    view.places.fill()

    def carry(collection):
        data = QMimeData()
        data.setData(_COLLECTION, collection.id.encode())
        return data

    assert drop(view, carry(inner), item_of(view, "Outer"))
    view.places.fill()
    assert item_of(view, "Inner").parent() is item_of(view, "Outer")
    drop(view, carry(outer), item_of(view, "Inner"))
    assert view.notices.shown[-1].sentence == "A collection cannot be inside itself."
    assert drop(view, carry(inner), item_of_role(view, COLLECTIONS))
    view.places.fill()
    assert item_of(view, "Inner").parent() is None


def test_a_collection_is_renamed_in_place_and_what_is_typed_survives_news(qtbot, view, filled):
    filled.collections.make("Old")
    view.places.fill()
    item = item_of(view, "Old")
    view.side.setCurrentItem(item)
    view.side.rename_current()
    view.places.fill()  # a picture was finished meanwhile
    editor = QApplication.focusWidget()
    editor.selectAll()
    qtbot.keyClicks(editor, "New")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [each.name for each in filled.collections.all()] == ["New"])


def test_a_collection_that_is_removed_can_be_had_back(qtbot, view, filled):
    made = filled.collections.make("Gone")
    filled.collections.put_in(made.id, [1, 2])
    view.places.fill()
    view.side.removed.emit(made)
    assert filled.collections.all() == ()
    view.notices.shown[-1].buttons[0].click()
    assert filled.search.members() == {made.id: 2}


def test_a_search_is_kept_as_a_smart_collection(qtbot, view, filled, monkeypatch):
    assert not view.keep.isEnabled()
    view.search.look_for("lake")
    ask(monkeypatch, "Lakes")
    view.keep.click()
    view.search.look_for("")
    qtbot.waitUntil(lambda: item_of(view, "Lakes").data(0, ROLE + 1) == 1)
    view.side.setCurrentItem(item_of(view, "Lakes"))
    assert shown(view) == ["a mountain lake"]
    ask(monkeypatch, "fox")
    view.side.requeried.emit(view.side.current().collection)
    assert shown(view) == ["a red fox"]
    assert not drop(view, dragged(1), item_of(view, "Lakes")), "nothing can be put into a search"


def test_keys_in_the_bar_at_the_left_do_nothing_to_pictures(qtbot, view, filled):
    select(view, 0)
    view.side.setFocus()
    qtbot.keyClick(view.side, Qt.Key.Key_Delete)
    assert ids(filled, place=Place.TRASH) == []


def test_a_picture_leaves_the_favourites_when_it_is_none_any_more(qtbot, view, filled):
    filled.mark([1, 2], favourite=True)
    view.side.choose(Chosen(Place.FAVOURITES))
    view.places.look()
    select(view, 0)
    press(qtbot, view, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)


def test_the_menu_of_each_entry(view, filled):
    smart = filled.collections.make("S", query="fox")
    plain = filled.collections.make("P")
    menus = {
        name: [title for title, _, _ in _offers(view.side, data)]
        for name, data in (
            ("plain", Chosen(collection=plain)),
            ("smart", Chosen(collection=smart)),
            ("trash", Chosen(Place.TRASH)),
            ("folder", Chosen(folder=filled.folder)),
            ("nothing", None),
        )
    }
    assert menus == {
        "plain": ["Rename", "New collection inside", "Remove the collection"],
        "smart": ["Rename", "Change its search …", "Remove the collection"],
        "trash": ["Empty the trash"],
        "folder": ["Add a folder …", "Forget this folder"],
        "nothing": ["New collection"],
    }


def test_places_show_what_they_say(qtbot, view, filled):
    made = filled.collections.make("Some")
    filled.collections.put_in(made.id, [1])
    filled.mark([2], favourite=True)
    counts = {}
    for place in (Place.ALL, Place.TODAY, Place.FAVOURITES, Place.UNCOLLECTED):
        view.side.choose(Chosen(place))
        view.places.look()
        counts[place.value] = view.model.rowCount()
    assert counts == {"all": 5, "today": 5, "favourites": 1, "uncollected": 4}


def test_a_hostile_name_of_a_collection_is_never_markup(view, filled):
    made = filled.collections.make("<b>x</b>")
    view.places.fill()
    view.acts.put_in([view.model.item(0)], made)
    [notice] = view.notices.shown
    assert isinstance(notice, Notice)
    assert notice.label.textFormat() == Qt.TextFormat.PlainText
