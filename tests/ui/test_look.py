"""Colours, type and icons."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QIcon

from studio.library.resources import resource
from studio.ui.icons import icon, pixmap
from studio.ui.palette import BY_NAME, contrast
from studio.ui.theme import apply_theme, colours, font

GROUNDS = ("window", "panel", "raised")
THEMES = pytest.mark.parametrize("roles", BY_NAME.values(), ids=BY_NAME)


@THEMES
@pytest.mark.parametrize("ground", [*GROUNDS, "field", "canvas"])
def test_text_can_be_read(roles, ground):
    assert contrast(roles.text, getattr(roles, ground)) >= 4.5
    assert contrast(roles.secondary, getattr(roles, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize("ground", ["hover", "pressed"])
def test_text_can_be_read_on_what_is_under_the_pointer(roles, ground):
    assert contrast(roles.text, getattr(roles, ground)) >= 4.5


@THEMES
def test_text_can_be_read_on_the_gold_of_the_main_button(roles):
    for gold in (roles.accent, roles.accent_hover):
        assert contrast(roles.on_accent, gold) >= 4.5


@THEMES
@pytest.mark.parametrize("role", ["danger", "success", "accent_text"])
def test_coloured_words_can_be_read(roles, role):
    for ground in ("window", "panel"):
        assert contrast(getattr(roles, role), getattr(roles, ground)) >= 4.5


@THEMES
def test_the_focus_ring_can_be_seen(roles):
    for ground in (*GROUNDS, "field"):
        assert contrast(roles.accent_text, getattr(roles, ground)) >= 3


@THEMES
def test_greys_have_no_hue(roles):
    greys = ("window", "panel", "raised", "hover", "pressed", "field", "line", "text", "secondary", "canvas")
    for role in greys:
        colour = QColor(getattr(roles, role))
        assert colour.red() == colour.green() == colour.blue(), role


def test_a_theme_is_put_on_and_changed(themed):
    apply_theme(themed, "light")
    assert not colours().dark
    assert themed.palette().window().color() == QColor(colours().panel)
    apply_theme(themed, "contrast")
    assert colours().text == "#ffffff"
    apply_theme(themed, "dark")
    assert colours().window == "#1b1b1b"


def test_as_the_system_has_it_is_one_of_the_three(themed):
    apply_theme(themed, "system")
    assert colours() in BY_NAME.values()


def test_the_typeface_is_ours_and_its_numbers_are_equally_wide(themed):
    chosen = font()
    assert QFontInfo(chosen).family() == "Inter"
    widths = {QFontMetrics(chosen).horizontalAdvance(digit * 8) for digit in "0123456789"}
    assert len(widths) == 1
    assert QFontMetrics(font(13, QFont.Weight.DemiBold)).horizontalAdvance("Generate") > 0


def test_an_icon_takes_the_colour_of_the_theme(themed):
    picture = icon("lock")
    apply_theme(themed, "dark")
    assert brightest(picture) > 180
    apply_theme(themed, "light")
    assert darkest(picture) < 80


def test_an_icon_is_drawn_for_the_scale_of_the_screen(themed):
    drawn = pixmap("lock", "#ffffff", 20, 1.5)
    assert (drawn.width(), drawn.devicePixelRatio()) == (30, 1.5)
    scaled = icon("lock").pixmap(QSize(20, 20), 2.0)
    assert scaled.width() == 40


def test_a_disabled_icon_is_fainter(themed):
    apply_theme(themed, "dark")
    picture = icon("lock")
    assert brightest(picture, QIcon.Mode.Disabled) < brightest(picture) - 60


def test_every_action_has_an_icon_that_exists(desk):
    for action in desk.window.table:
        assert not action.icon or resource("icons", f"{action.icon}.svg").is_file(), action.id


def test_licences_lie_beside_what_they_are_for():
    assert "SIL OPEN FONT LICENSE" in resource("fonts", "OFL.txt").read_text()
    assert "ISC License" in resource("icons", "LICENSE").read_text()


def test_the_window_is_loaded_without_torch():
    code = "import sys, studio.ui.window; print([m for m in ('torch', 'diffusers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def values(picture, mode=QIcon.Mode.Normal):
    image = picture.pixmap(QSize(40, 40), 1.0, mode).toImage()
    colours_ = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return [colour.lightness() for colour in colours_ if colour.alpha() > 200]


def brightest(picture, mode=QIcon.Mode.Normal):
    return max(values(picture, mode))


def darkest(picture):
    return min(values(picture))
