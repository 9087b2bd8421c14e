"""The window as a whole: workspaces, panels, palette, keys, what is remembered."""

import pytest
from PySide6.QtCore import QByteArray, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel

from studio.engine.status import EngineStatus, Phase
from studio.request.geometry import Size
from studio.settings.settings import Settings
from studio.ui.notify import Notifier
from studio.ui.preferences import Preferences
from studio.ui.screenshot import grab
from studio.ui.shortcuts_page import ShortcutsPage
from studio.ui.window_pages import CANVAS, GALLERY, MODELS
from tests.ui.fakes import FakeEngine, colour

SECOND_WINDOW = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize(("key", "page"), [("2", GALLERY), ("3", MODELS), ("1", CANVAS)])
def test_workspaces_by_key(qtbot, desk, key, page):
    desk.window.go_to(MODELS if page != MODELS else CANVAS)
    qtbot.keyClick(desk.window, getattr(Qt.Key, f"Key_{key}"), CONTROL)
    assert desk.window.workspace == page


def test_the_gallery_is_made_when_it_is_first_looked_at(desk_of):
    made = []

    def make():
        made.append(QLabel("the gallery"))
        return made[-1]

    desk = desk_of(gallery=make)
    assert made == []
    desk.window.go_to(GALLERY)
    desk.window.go_to(CANVAS)
    desk.window.go_to(GALLERY)
    assert len(made) == 1
    assert made[0].isVisible()


def test_tab_on_the_canvas_hides_all_panels_and_brings_them_back(qtbot, desk):
    page = desk.window.page
    page.begin()
    page.set_shown("queue", False)
    qtbot.keyClick(page.canvas, Qt.Key.Key_Tab)
    assert not any(page.dock(name).isVisible() for name in page.names)
    qtbot.keyClick(page.canvas, Qt.Key.Key_Tab)
    assert page.dock("prompt").isVisible()
    assert not page.dock("queue").isVisible()


def test_panels_stay_where_they_were_put(qtbot, desk_of):
    first = desk_of()
    page = first.window.page
    page.set_shown("queue", False)
    page.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, page.dock("results"))
    first.window.resize(1400, 850)
    first.window.close()
    second = desk_of(first.preferences.now, show=False)
    second.window.show()
    qtbot.waitExposed(second.window)
    assert not second.window.page.dock("queue").isVisible()
    assert second.window.page.dockWidgetArea(second.window.page.dock("results")) is Qt.DockWidgetArea.LeftDockWidgetArea


def test_closing_with_hidden_panels_does_not_lose_them(desk_of, qtbot):
    first = desk_of()
    first.window.page.toggle_all()
    first.window.close()
    second = desk_of(first.preferences.now)
    assert second.window.page.dock("prompt").isVisible()


def test_a_layout_that_is_no_layout_does_no_harm(desk_of):
    desk = desk_of(Settings(window={"docks": "bm9uc2Vuc2U=", "window": "!!!", "keys": "[1", "prompt.height": "tall"}))
    assert desk.window.page.dock("prompt").isVisible()
    assert desk.panel.words.prompt.field.height() > 50


def test_a_panel_of_another_part_is_plugged_in_and_remembered(desk_of):
    first = desk_of()
    dock = first.window.add_panel("layers", "Layers", QLabel("layers"))
    assert dock.isVisible()
    dock.close()
    first.window.close()
    second = desk_of(first.preferences.now)
    assert not second.window.add_panel("layers", "Layers", QLabel("layers")).isVisible()


def test_f6_goes_through_the_parts(qtbot, desk):
    desk.window.page.begin()
    parts = [desk.panel.words.prompt.field, desk.window.page.canvas, desk.window.results, desk.window.queue.list]
    parts[0].setFocus()
    for part in (*parts[1:], parts[0]):
        qtbot.keyClick(desk.window.focusWidget(), Qt.Key.Key_F6)
        assert part.hasFocus()


# the palette


@pytest.fixture
def palette(qtbot, desk):
    qtbot.keyClick(desk.window, Qt.Key.Key_K, CONTROL)
    return desk.window.deeds._palette


def test_the_palette_finds_by_a_few_letters_and_does_it(qtbot, desk, palette):
    qtbot.keyClicks(palette.field, "mod")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert desk.window.workspace == MODELS
    assert palette.isHidden()


def test_the_palette_shows_all_with_their_keys_and_what_cannot_be_done_last(palette):
    entries = palette.model.entries
    assert len(entries) > 20
    assert any(entry.keys for entry in entries)
    states = [entry.enabled for entry in entries]
    assert states == sorted(states, reverse=True)
    assert not states[-1]


def test_arrows_go_round_and_what_cannot_be_done_is_not_done(qtbot, desk, palette):
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    last = palette.model.entries[palette.list.currentIndex().row()]
    assert last is palette.model.entries[-1]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 0


def test_escape_and_a_click_elsewhere_close_the_palette_and_give_the_keyboard_back(qtbot, desk, palette):
    field = desk.panel.words.prompt.field
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert field.hasFocus()
    desk.window.deeds.open_palette()
    qtbot.mouseClick(desk.panel.advanced, Qt.MouseButton.LeftButton)
    assert palette.isHidden()


def test_nothing_found_is_said(qtbot, palette):
    qtbot.keyClicks(palette.field, "qqqq")
    assert palette.nothing.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_what_was_done_last_comes_first(qtbot, desk, palette):
    qtbot.keyClicks(palette.field, "new seed")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    desk.window.deeds.open_palette()
    assert palette.model.entries[0].title == "New seed"


def test_keys_do_nothing_else_while_the_palette_is_open(qtbot, desk, palette):
    qtbot.keyClick(palette.field, Qt.Key.Key_Return, CONTROL)
    assert desk.engine.jobs == ()


# menus and keys


def test_every_action_is_in_a_menu(qtbot, desk):
    window = desk.window
    qtbot.waitUntil(lambda: "Help" in window._menus.menus)
    found = set()
    for menu in window._menus.menus.values():
        for action in menu.actions():
            found.add(action.objectName())
            if action.menu() is not None:
                found.update(each.objectName() for each in action.menu().actions())
    assert {action.id for action in window.table} <= found


def test_no_two_actions_have_one_key_in_one_place(desk):
    table = desk.window.table
    clashes = [
        (action.id, other.id, key)
        for action in table
        for key in table.keys(action.id)
        if (other := table.holder(key, but=action.id)) is not None
    ]
    assert clashes == []


def test_single_letters_choose_tools_but_not_while_typing(qtbot, desk):
    desk.window.page.begin()
    qtbot.keyClick(desk.window.page.canvas, Qt.Key.Key_E)
    assert desk.window.page.canvas.tools.current.id == "eraser"
    field = desk.panel.words.prompt.field
    field.setFocus()
    qtbot.keyClicks(field, "b")
    assert desk.window.page.canvas.tools.current.id == "eraser"
    assert field.toPlainText() == "b"


@SECOND_WINDOW
def test_a_shortcut_is_changed_on_the_page_and_remembered(qtbot, desk_of):
    first = desk_of()
    first.window.deeds.show_shortcuts()
    page = first.window.findChild(ShortcutsPage)
    page.choose("picture.new_seed")
    qtbot.keyClick(page.keys, Qt.Key.Key_J, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert first.window.table.keys("picture.new_seed") == ("Ctrl+Shift+J",) or "belongs to" in page.note.text()
    if "belongs to" in page.note.text():
        qtbot.mouseClick(page.take, Qt.MouseButton.LeftButton)
    assert first.window.table.keys("picture.new_seed")[0] == "Ctrl+Shift+J"
    second = desk_of(first.preferences.now)
    assert second.window.table.keys("picture.new_seed")[0] == "Ctrl+Shift+J"
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert first.window.table.keys("picture.new_seed") == ("Ctrl+Shift+D",)


@SECOND_WINDOW
def test_a_key_that_is_taken_is_said_and_can_be_taken_over(qtbot, desk):
    page = ShortcutsPage(desk.window, desk.window.table)
    page.show()
    page.choose("picture.new_seed")
    qtbot.keyClick(page.keys, Qt.Key.Key_K, CONTROL)
    assert page.note.text() == "Ctrl+K belongs to “Find an action …”."
    assert desk.window.table.keys("picture.new_seed") == ("Ctrl+Shift+D",)
    qtbot.mouseClick(page.take, Qt.MouseButton.LeftButton)
    assert desk.window.table.keys("picture.new_seed") == ("Ctrl+K",)
    assert desk.window.table.keys("view.palette") == ()
    page.choose("picture.new_seed")
    qtbot.mouseClick(page.usual, Qt.MouseButton.LeftButton)
    assert desk.window.table.keys("picture.new_seed") == ("Ctrl+Shift+D",)


@SECOND_WINDOW
def test_shortcuts_can_be_searched(qtbot, desk):
    page = ShortcutsPage(desk.window, desk.window.table)
    qtbot.keyClicks(page.search, "new seed")
    assert page.list.topLevelItemCount() == 1
    assert page.list.topLevelItem(0).childCount() == 1


# telling


def test_bars_are_seen_in_every_workspace_and_cover_no_tools(desk, qtbot):
    window = desk.window
    window.telling.sentence("The disk is nearly full.")
    notices = window.page.notices

    def place():
        return QRect(notices.mapTo(window, QPoint(0, 0)), notices.size())

    for page in (GALLERY, MODELS, CANVAS):
        window.go_to(page)
        qtbot.waitUntil(notices.isVisible)
        assert window.rect().contains(place())
        assert notices.visibleRegion().boundingRect() == notices.rect()
    canvas = window.page.stack
    assert QRect(canvas.mapTo(window, QPoint(0, 0)), canvas.size()).contains(place())


def test_a_problem_of_the_engine_is_told_and_taken_back(desk):
    desk.engine.problem_changed.emit("The queue is read-only.")
    assert desk.window.page.notices.shown[0].sentence == "The queue is read-only."
    desk.engine.problem_changed.emit("")
    assert desk.window.page.notices.shown == ()


def test_a_finished_picture_is_announced(desk, monkeypatch):
    said = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
    desk.document.change(prompt="a fox")
    desk.window.deeds.generate()
    job = desk.job
    desk.engine.finish(job, desk.engine.make(job))
    assert said == ["1 picture done. a fox"]


def test_a_hidden_window_without_a_tray_still_does_not_fail(desk):
    desk.window.hide()
    assert Notifier(desk.window).tell("1 picture done", "a fox") is False


def test_the_status_bar_says_what_the_machine_has(desk):
    desk.window.page.begin()
    desk.engine.ready()
    assert desk.window.status.words.startswith("CPU, 8 cores · 1.2 GB of 16 GB")
    desk.window.status.show_status(EngineStatus(phase=Phase.STARTING))
    assert desk.window.status.device.text() == "Getting ready …"


def test_zoom_is_shown_and_chosen(qtbot, desk):
    desk.window.page.begin()
    desk.window.page.canvas.set_zoom(2.0)
    assert desk.window.status.zoom.text() == "200 %"
    desk.window.status.zoomed.emit(0.5)
    assert desk.window.page.canvas.zoom == 0.5
    desk.window.status.fitted.emit()
    assert desk.window.status.zoom.text() != "50 %"


# settings


def test_settings_are_written_a_moment_later_and_at_the_end(qtbot):
    written = []
    preferences = Preferences(Settings(), written.append)
    preferences.change(advanced=True)
    assert written == []
    qtbot.waitUntil(lambda: len(written) == 1)
    preferences.change(advanced=False)
    preferences.flush()
    preferences.flush()
    assert [settings.advanced for settings in written] == [True, False]


@pytest.mark.logs
def test_settings_that_cannot_be_written_are_told_in_a_sentence(qtbot):
    def full(settings):
        raise OSError(28, "No space left on device")

    preferences = Preferences(Settings(), full)
    preferences.change(advanced=True)
    with qtbot.waitSignal(preferences.trouble) as told:
        preferences.flush()
    assert told.args == ["Your settings could not be saved: No space left on device."]


def test_bytes_come_back_as_they_were():
    preferences = Preferences(Settings())
    preferences.remember_bytes("docks", QByteArray(b"\x00\x01\xff"))
    assert preferences.recall_bytes("docks") == QByteArray(b"\x00\x01\xff")
    assert preferences.recall_bytes("nothing").isEmpty()


def test_another_theme_is_put_on_at_once_and_remembered(desk):
    desk.window.table.run("view.theme_light")
    assert desk.preferences.now.theme == "light"
    assert desk.window.table.qt("view.theme_light").isChecked()
    picture = grab(desk.window, Size(1000, 700))
    assert picture.pixelColor(5, 300).lightness() > 200


def test_a_window_that_closes_leaves_the_engine_to_its_owner(desk):
    desk.window.deeds.generate()
    desk.window.close()
    assert len(desk.engine.jobs) == 1


def test_two_starts_in_one_process(desk_of):
    for _ in range(2):
        desk = desk_of(engine=FakeEngine())
        desk.window.deeds.generate()
        desk.engine.step(desk.job, 1, colour(Size(32, 32)))
        desk.window.close()
