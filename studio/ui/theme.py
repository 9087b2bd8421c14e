"""How the window looks: Fusion, a palette, a small style sheet, one bundled typeface with numbers of equal width."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication

from studio.library.resources import resource
from studio.ui.icons import icon, pixmap
from studio.ui.palette import BY_NAME, CONTRAST, DARK, LIGHT, Colours, qt_palette
from studio.ui.style_sheet import style_sheet

__all__ = ["apply_theme", "colours", "font", "icon", "pixmap", "undressed"]

TYPEFACE = "Inter"
TEXT = 13  # logical pixels
FACES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")

_PROPERTY = "studio.theme"


def apply_theme(app: QApplication, name: str) -> None:
    """Dresses the whole application, unless it is so already. name: "system", "dark", "light" or "contrast"."""
    chosen = BY_NAME.get(name) or _of_the_system()
    key = next(key for key, value in BY_NAME.items() if value is chosen)
    if app.property(_PROPERTY) == key:
        return
    app.setProperty(_PROPERTY, key)
    if app.style().name().lower() != "fusion":
        app.setStyle("Fusion")
    app.setFont(font())
    app.setPalette(qt_palette(chosen))
    app.setStyleSheet(style_sheet(chosen))


def colours() -> Colours:
    """The colours in force; the dark ones before any theme was applied."""
    app = QGuiApplication.instance()
    return BY_NAME.get(str(app.property(_PROPERTY)), DARK) if app is not None else DARK


def font(pixels: int = TEXT, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The interface's typeface in logical pixels."""
    return QFont(_font(pixels, weight))


@contextmanager
def undressed() -> Generator[None]:
    """While many widgets are built: with a style sheet, each would be dressed anew at every change of parent."""
    app = QApplication.instance()
    sheet = app.styleSheet() if isinstance(app, QApplication) else ""
    if isinstance(app, QApplication):
        app.setStyleSheet("")
    yield
    if isinstance(app, QApplication):
        app.setStyleSheet(sheet)


@cache
def _font(pixels: int, weight: QFont.Weight) -> QFont:
    _load_faces()
    chosen = QFont(TYPEFACE)
    chosen.setPixelSize(pixels)
    chosen.setWeight(weight)
    chosen.setFeature(QFont.Tag("tnum"), 1)
    chosen.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return chosen


@cache
def _load_faces() -> None:
    for face in FACES:
        QFontDatabase.addApplicationFont(str(resource("fonts", face)))


def _of_the_system() -> Colours:
    hints = QGuiApplication.styleHints()
    accessibility = hints.accessibility()  # held in a variable: PySide deletes a chained one too early
    if accessibility.contrastPreference() == Qt.ContrastPreference.HighContrast:
        return CONTRAST
    return LIGHT if hints.colorScheme() == Qt.ColorScheme.Light else DARK
