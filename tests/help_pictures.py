"""Draws the pictures of `resources/help/canvas.md` anew: the real window in five typical states, without a screen.

    python -m tests.help_pictures FOLDER PICTURE.png

PICTURE.png: what is on the canvas, 512 × 512, such as
`generate "a lighthouse at dawn, watercolour" --size 512x512 --seed 3` makes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QPainterPath
from PySide6.QtTest import QTest

SIZE = (1280, 720)
WORTH_SEEING = 9  # steps


class Desk:
    """One studio with a home of its own."""

    def __init__(self, picture: Path, folder: Path) -> None:
        from studio.app import Studio
        from studio.library.pictures import read_picture
        from studio.settings.paths import Home

        self.folder = folder
        self.studio = Studio(Home.find(os.environ), working=True)
        self.window = self.studio.window
        self.canvas = self.window.page.canvas
        self.document = self.window.document
        self.window.resize(*SIZE)
        self.window.show()
        self.window.page.frame.show_rulers(False)
        self.canvas.kit.set_foreground("#2b2b3a")
        self.canvas.kit.change(size=7, hardness=0.9, opacity=1.0, smoothing=0.0)
        self.document.set_source(read_picture(picture), "Lighthouse")
        self.document.change(prompt="a lighthouse at dawn, watercolour")
        rest(400)

    def at(self, x: float, y: float):
        return self.canvas.view.to_screen(QPointF(x, y)).toPoint()

    def drag(self, *points: tuple[float, float], release: bool = True) -> None:
        places = [self.at(*point) for point in points]
        QTest.mousePress(self.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[0])
        for place in places[1:]:
            QTest.mouseMove(self.canvas, place)
        if release:
            QTest.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[-1])

    def bring(self, *names: str) -> None:
        for name in names:
            self.window.page.dock(name).raise_()

    def draw(self, name: str) -> None:
        rest(500)
        small = self.window.grab().toImage().scaled(960, 540, mode=Qt.TransformationMode.SmoothTransformation)
        small.save(str(self.folder / f"canvas-{name}.png"))

    def close(self) -> None:
        self.document.undo_stack.setClean()
        self.window.close()
        self.studio.close()


def rest(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def painting(desk: Desk) -> None:
    from studio.document import layering

    canvas = desk.canvas
    layering.add_paint(desk.document).name = "Birds"
    for x, y in ((90, 90), (140, 70), (180, 105)):
        desk.drag((x, y), (x + 12, y - 12), (x + 22, y), (x + 32, y - 12), (x + 44, y))
    layering.add_paint(desk.document).name = "Light"
    canvas.kit.change(size=110, hardness=0.0, opacity=0.3)
    canvas.kit.set_foreground("#ffe3a8")
    desk.drag((270, 170), (360, 140), (470, 90))
    desk.bring("tool", "layers")
    desk.draw("painting")


def selecting(desk: Desk) -> None:
    from studio.document import layering
    from studio.document.selecting import of_path

    path = QPainterPath()
    path.addEllipse(24, 165, 110, 115)  # the sun
    mask = layering.add_mask(desk.document)
    desk.canvas.tools.choose("mask_brush")
    desk.canvas.kit.change(size=70, hardness=0.5, opacity=1.0)
    desk.drag((380, 400), (430, 390), (470, 410))
    desk.document.select(of_path(path, desk.document.size))
    desk.document.set_active(mask)
    desk.canvas.tools.choose("select_ellipse")
    desk.window.table.run("select.grow")
    rest(400)
    desk.draw("selecting")
    QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_Escape)


def transforming(desk: Desk) -> None:
    from studio.document import layering
    from studio.document.guides import Guide, add_guide

    document = desk.document
    whole = document.layers[0]
    group = layering.group_up(document, layering.duplicate(document, whole))
    layering.change(document, group, "Rename", name="Second picture")
    add_guide(document, Guide(True, 256))
    add_guide(document, Guide(False, 300))
    desk.window.page.frame.show_rulers(True)
    desk.canvas.fit()
    desk.canvas.tools.choose("transform")
    rest(200)
    desk.drag((512, 512), (330, 330))
    desk.drag((100, 100), (210, 190))
    desk.drag((480, 100), (500, 210))
    desk.bring("tool", "layers")
    desk.draw("transforming")
    QTest.keyClick(desk.canvas, Qt.Key.Key_Escape)


def making(desk: Desk) -> None:
    from studio.document.selecting import of_path

    path = QPainterPath()
    path.addEllipse(300, 40, 170, 190)
    desk.document.select(of_path(path, desk.document.size))
    desk.document.change(prompt="a red balloon in the sky", strength=1.0)
    desk.bring("queue")
    steps: list[int] = []
    engine = desk.studio.engine
    engine.happened.connect(lambda _job, event: steps.append(getattr(event, "done", 0)))
    engine.start()
    desk.window.table.run("picture.generate")
    while not any(step >= WORTH_SEEING for step in steps):
        rest(50)
    desk.draw("making")
    desk.window.table.run("picture.cancel")
    while desk.window.generation.running is not None:
        rest(50)


def crashing(desk: Desk) -> None:
    """Leaves unsaved work behind, as a crash does."""
    desk.document.path = desk.folder / "harbour.ora"
    desk.drag((100, 100), (140, 120))
    desk.window.files.rescue.journal.close(keep=True)


def history(desk: Desk) -> None:
    from studio.document import layering

    layering.add_paint(desk.document)
    desk.drag((330, 110), (342, 98), (352, 110), (362, 98), (374, 110))
    desk.document.change(strength=0.6)
    desk.canvas.tools.choose("move")
    QTest.keyClick(desk.canvas, Qt.Key.Key_Right)
    layering.change(desk.document, desk.document.active, "Opacity", opacity=0.7)
    desk.document.undo_stack.undo()
    desk.window.files.offer()
    desk.bring("history", "layers")
    desk.draw("history")


STATES = ((painting, selecting), (transforming,), (making,), (crashing,), (history,))


def main(folder: Path, picture: Path) -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = "1"
    with tempfile.TemporaryDirectory() as home:
        os.environ["SFUMATO_HOME"] = home
        for states in STATES:
            desk = Desk(picture, folder)
            for state in states:
                state(desk)
            desk.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
