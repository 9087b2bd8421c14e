"""The brushes of the tool panel: strokes that are drawn when they are looked at."""

from __future__ import annotations

from pathlib import Path

from studio.ui.panels.brush_presets import BrushPresets
from studio.ui.theme import apply_theme, colours

BRUSHES = Path(__file__).parents[2] / "resources" / "brushes" / "brushes.json"


def inked(presets: BrushPresets) -> list[bool]:
    """Of each brush: whether its cell shows anything towards the colour of text."""
    image = presets.viewport().grab().toImage()
    text, ground = (getattr(colours(), role) for role in ("text", "window"))
    light = 1 if colours().text > ground else -1
    least = (int(text[1:3], 16) + 3 * int(ground[1:3], 16)) // 4
    found = []
    for row in range(presets.count()):
        cell = presets.visualItemRect(presets.item(row)).adjusted(6, 6, -6, -6) & image.rect()
        points = ((x, y) for x in range(cell.left(), cell.right()) for y in range(cell.top(), cell.bottom()))
        found.append(any((image.pixelColor(x, y).red() - least) * light > 0 for x, y in points))
    return found


def test_each_shows_its_stroke_in_the_colours_of_the_theme(qtbot, themed):
    presets = BrushPresets(BRUSHES)
    qtbot.addWidget(presets)
    presets.resize(320, 200)
    presets.show()
    assert not any(inked(presets))  # the window does not wait for them
    qtbot.waitUntil(lambda: all(inked(presets)))
    apply_theme(themed, "light")
    qtbot.waitUntil(lambda: all(inked(presets)))
