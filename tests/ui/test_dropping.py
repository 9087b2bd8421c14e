"""Files dropped on the window, as the system delivers them: what may come in, and what the menu makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QTreeView, QWidget

from studio.document import layering
from studio.document.files.opening import save_document
from studio.document.images import image_of
from studio.document.layers import MaskLayer, PaintLayer
from studio.document.tiles import Tiles
from studio.request.geometry import Rect, Size
from tests.document.making import a_document, noise, plain

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
BUTTON, KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    document = a_document()
    document.set_source(plain((40, 30), 10, 200, 30))
    path = tmp_path / "leaf.png"
    document.image().save(str(path))
    return path


def carried(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(over: QWidget, data: QMimeData) -> bool:
    """As a drag that comes in, moves and ends there; Qt looks for who takes it. True if somebody did."""
    at = over.rect().center()
    enter = QDragEnterEvent(at, Qt.DropAction.CopyAction, data, BUTTON, KEYS)
    QApplication.sendEvent(over, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(over, QDragMoveEvent(at, Qt.DropAction.CopyAction, data, BUTTON, KEYS))
    event = QDropEvent(QPointF(at), Qt.DropAction.CopyAction, data, BUTTON, KEYS)
    QApplication.sendEvent(over, event)
    return event.isAccepted()


def choose(words: str) -> None:
    menu = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMenu) and widget.isVisible())
    action = next(action for action in menu.actions() if action.text() == words)
    menu.setActiveAction(action)
    press, release = (menu.actionGeometry(action).center() for _ in range(2))
    QTest.mousePress(menu, BUTTON, pos=press)
    QTest.mouseRelease(menu, BUTTON, pos=release)


def places(desk) -> dict[str, QWidget]:
    page = desk.window.page
    return {
        "canvas": page.canvas,
        "layers": page.dock("layers").widget().findChild(QTreeView).viewport(),
    }


@pytest.mark.parametrize("place", ["canvas", "layers"])
def test_a_picture_dropped_on_a_picture_becomes_the_layer_that_was_chosen(desk, picture, place):
    desk.document.set_source(noise((200, 120)))
    layers = desk.document.layers
    assert drop(places(desk)[place], carried(picture))
    assert desk.document.layers == layers  # until something is chosen
    choose("A new layer")
    assert [layer.name for layer in desk.document.layers][-1] == "leaf"
    assert desk.document.active.bounds() == Rect(80, 45, 40, 30)
    assert tuple(desk.document.picture(Rect(100, 60, 1, 1)).array[0, 0]) == (10, 200, 30)
    desk.document.undo_stack.undo()
    assert desk.document.layers == layers


def test_it_can_become_a_mask(desk, picture):
    desk.document.set_source(noise((200, 120)))
    assert drop(desk.window.page.canvas, carried(picture))
    choose("A mask of what to make anew")
    assert isinstance(desk.document.active, MaskLayer)


def test_several_become_as_many_layers(desk, picture, tmp_path):
    other = tmp_path / "twig.png"
    other.write_bytes(picture.read_bytes())
    desk.document.set_source(noise((200, 120)))
    assert drop(desk.window.page.canvas, carried(picture, other))
    choose("A new layer")
    assert [layer.name for layer in desk.document.layers][-2:] == ["leaf", "twig"]


def test_an_empty_canvas_takes_it_at_once(desk, picture):
    assert drop(desk.window.page.welcome, carried(picture))
    assert desk.document.size == Size(40, 30)
    assert desk.window.page.canvas_shown


def test_a_document_dropped_on_the_layers_is_opened(qtbot, desk, tmp_path):
    document = a_document()
    document.set_source(noise((90, 70)), "Below")
    save_document(document, tmp_path / "fox.ora")
    with qtbot.waitSignal(desk.window.files.filing.replaced):
        assert drop(places(desk)["layers"], carried(tmp_path / "fox.ora"))
    assert desk.document.size == Size(90, 70)


def test_what_is_no_file_is_not_taken(desk):
    data = QMimeData()
    data.setText("only words")
    assert not drop(desk.window.page.canvas, data)


@pytest.mark.parametrize("below", [False, True])
def test_a_layer_is_dropped_on_a_group_or_below_it(desk, below):
    document = desk.document
    document.set_source(noise((64, 64)))
    group = layering.group_up(document, layering.add_paint(document))
    upper = layering.add_paint(document)
    tree = desk.window.page.dock("layers").widget().findChild(QTreeView)
    tree.setDragDropMode(QTreeView.DragDropMode.DragDrop)  # an event made by hand cannot say that it is from there
    rows = tree.model()
    data = rows.mimeData([rows.index_of(upper)])
    tree.collapseAll()
    tree.scrollTo(rows.index_of(group), QTreeView.ScrollHint.PositionAtCenter)
    row = tree.visualRect(rows.index_of(group))
    at = QPoint(row.center().x(), row.bottom()) if below else row.center()
    for event in (
        QDragEnterEvent(at, Qt.DropAction.MoveAction, data, BUTTON, KEYS),
        QDragMoveEvent(at, Qt.DropAction.MoveAction, data, BUTTON, KEYS),
        QDropEvent(QPointF(at), Qt.DropAction.MoveAction, data, BUTTON, KEYS),
    ):
        QApplication.sendEvent(tree.viewport(), event)
    assert (upper in group.children) is not below
    if below:
        assert document.layers.index(upper) == document.layers.index(group) - 1


def test_copy_and_paste_are_what_hands_know(desk):
    desk.document.set_source(noise((200, 120)))
    desk.document.add_layer(layer := _square(QPoint(20, 30)))
    canvas = desk.window.page.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    layer.visible = False
    QTest.keyClick(canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert desk.document.active.name == "Pasted"
    assert desk.document.active.bounds() == Rect(20, 30, 16, 16)
    assert desk.document.undo_stack.undoText() == "Paste"
    QGuiApplication.clipboard().clear()


def test_a_copied_file_is_pasted_as_a_layer(desk, picture):
    desk.document.set_source(noise((200, 120)))
    strength = desk.document.recipe.strength
    QGuiApplication.clipboard().setMimeData(carried(picture))
    desk.window.table.run("edit.paste")
    assert desk.document.active.name == "leaf"
    assert desk.document.recipe.strength == strength
    QGuiApplication.clipboard().clear()


def _square(at: QPoint):
    return PaintLayer(name="Square", tiles=Tiles.of_image(image_of(plain((16, 16), 255, 0, 0)), at.x(), at.y()))
