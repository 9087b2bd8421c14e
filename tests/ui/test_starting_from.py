"""A picture to start from: pasted, dropped, refused."""

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication

from studio.request.geometry import Size
from tests.ui.fakes import colour

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_picture_is_pasted_to_start_from(desk):
    from studio.document.images import image_of

    QGuiApplication.clipboard().setImage(image_of(colour(Size(200, 100))))
    desk.window.table.run("edit.paste")
    assert desk.document.size == Size(200, 100)
    assert desk.panel.strength.isVisible()


def test_a_file_is_dropped_to_start_from(desk, tmp_path):
    from studio.document.images import image_of

    file = tmp_path / "mine.png"
    image_of(colour(Size(300, 200))).save(str(file))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    assert desk.window.incoming.take(data)
    assert desk.document.size == Size(300, 200)


def test_a_file_that_is_no_picture_is_refused_in_one_sentence(desk, tmp_path):
    file = tmp_path / "notes.png"
    file.write_text("no picture")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    assert not desk.window.incoming.take(data)
    (notice,) = desk.window.page.notices.shown
    assert "notes.png" in notice.sentence
    assert not desk.document.has_picture


def test_nothing_to_paste_is_said(desk):
    QGuiApplication.clipboard().clear()
    desk.window.table.run("edit.paste")
    assert desk.window.page.notices.shown[0].sentence == "There is no picture to paste."
