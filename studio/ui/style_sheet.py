"""The style sheet: what Fusion with a palette cannot say. $names are roles of `Colours`."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from studio.library.resources import resource
from studio.ui.palette import CONTRAST, Colours

_SHEET = """
QMainWindow, QWidget#workspace { background: $window; }
QDialog { background: $panel; }
QMainWindow::separator { background: $seam; width: 4px; height: 4px; }
QMainWindow::separator:hover { background: $line; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 5px 8px; }

QLabel[role="heading"] { font-weight: 600; }
QLabel[role="title"] { font-size: 20px; font-weight: 600; }
QLabel[role="secondary"] { color: $secondary; }
QLabel[role="small"] { color: $secondary; font-size: 12px; }
QLabel[role="danger"] { color: $danger; }
QLabel[role="chip"] { color: $secondary; background: $raised; border-radius: 4px; padding: 2px 6px; font-size: 12px; }

QMenuBar { background: transparent; padding: 0; }
QMenuBar::item { padding: 5px 9px; border-radius: 6px; background: transparent; color: $text; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; }
QMenu { background: $raised; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 10px; border-radius: 4px; min-height: 18px; }
QMenu::item:selected { background: $pressed; }
QMenu::item:disabled { color: $disabled; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 16px; height: 16px; left: 6px; }
QMenu::indicator:checked { image: url($tick); }

QPushButton { background: $raised; color: $text; border: ${ring}px solid transparent; border-radius: 6px;
  padding: 0 12px; min-height: ${inner}px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:open { background: $pressed; }
QPushButton:focus { border-color: $accent_text; }
QPushButton:disabled { color: $disabled; background: $raised; }
QPushButton[role="main"] { background: $accent; color: $on_accent; font-weight: 600; min-height: ${main}px; }
QPushButton[role="main"]:hover { background: $accent_hover; }
QPushButton[role="main"]:pressed { background: $accent; }
QPushButton[role="main"]:focus { border-color: $text; }
QPushButton[role="main"]:disabled { background: $raised; color: $disabled; }
QPushButton[role="link"] { background: transparent; font-weight: 600; padding: 0 8px; }
QPushButton[role="text"] { background: transparent; color: $secondary; border: none; padding: 0; text-align: left; }
QPushButton[role="text"]:hover, QPushButton[role="text"]:focus { color: $text; text-decoration: underline; }
QPushButton[role="link"]:hover { background: $hover; }
QPushButton[role="status"] { background: transparent; padding: 0 4px; min-height: 20px; color: $secondary;
  font-size: 12px; border-radius: 4px; }
QPushButton[role="status"]:hover { background: $hover; }
QPushButton[role="quiet"] { background: transparent; padding: 0 8px; }
QPushButton[role="quiet"]:hover { background: $hover; }

QToolButton { background: transparent; color: $text; border: ${ring}px solid transparent; border-radius: 6px;
  padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:open { background: $pressed; }
QToolButton:checked { background: $pressed; }
QToolButton:focus { border-color: $accent_text; }
QToolButton:disabled { color: $disabled; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox {
  placeholder-text-color: $secondary; background: $field;
  color: $text; border: ${ring}px solid $edge; border-radius: 6px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QSpinBox, QDoubleSpinBox { min-height: ${inner}px; padding: 0 7px; }
QInputDialog QLineEdit, QInputDialog QComboBox { min-width: 340px; }
QInputDialog QComboBox QLineEdit { min-width: 0; }
QAbstractSpinBox QLineEdit { border: none; background: transparent; min-height: 0; padding: 0; }
QPlainTextEdit { padding: 2px 3px; }
QLineEdit:hover, QPlainTextEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover { border-color: $line; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus { border-color: $accent_text; }
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QSpinBox[wrong="true"] { border-color: $danger; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: $disabled; }

QComboBox { padding: 0 26px 0 9px; min-height: 28px; border: none; combobox-popup: 0; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; padding: 4px; outline: none; }
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0 6px; border-radius: 4px; }
QComboBox QAbstractItemView::item:selected { background: $pressed; color: $text; }

QAbstractItemView { background: $panel; color: $text; border: none; outline: none; }
QScrollArea { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $thumb; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none;
  width: 0; height: 0; }

QDockWidget { color: $text; }
QTabBar { background: $window; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $secondary; padding: 6px 12px; border-radius: 6px; margin: 2px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { background: $panel; color: $text; }
QListWidget#pages::item { min-height: 28px; padding: 0 8px; border-radius: 6px; }
QListWidget#pages::item:selected { background: $pressed; color: $text; }
QTreeView { show-decoration-selected: 1; }
QTreeView::item { min-height: 28px; }
QTreeView::item:selected, QTreeView::branch:selected { background: $pressed; color: $text; }
QHeaderView::section { background: $panel; color: $secondary; border: none; padding: 6px 8px; }
QFrame[role="panel"], QWidget[role="panel"] { background: $panel; }
QWidget[role="page"] { background: $window; }
QFrame[role="card"] { background: $panel; border-radius: 8px; }
QListWidget#names { background: $raised; border: 1px solid $line; border-radius: 8px; padding: 4px; }
QListWidget#names::item { min-height: 24px; padding: 0 8px; border-radius: 5px; }
QListWidget#names::item:selected { background: $pressed; color: $text; }
QFrame[role="popup"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame[role="sheet"] { background: $panel; border: 1px solid $line; border-radius: 8px; }
QFrame[role="line"] { background: $line; max-height: 1px; min-height: 1px; }
"""


def style_sheet(colours: Colours) -> str:
    """The whole sheet in these colours."""
    ring = 2 if colours is CONTRAST else 1
    values = {
        **asdict(colours),
        "ring": ring,
        "inner": 28 - 2 * ring,
        "main": 36 - 2 * ring,
        "seam": colours.disabled if colours is CONTRAST else colours.window,
        "edge": colours.line if colours is CONTRAST else colours.field,
        "tick": resource("icons", f"check-on-{'dark' if colours.dark else 'light'}.svg").as_posix(),
        "thumb": colours.pressed if colours.dark else "#b4b4b4",
    }
    return Template(_SHEET).substitute(values)
