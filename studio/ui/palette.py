"""The colours of the window as data: one role, one colour, for each theme. Greys have no hue."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette


@dataclass(frozen=True, kw_only=True)
class Colours:
    """What each role looks like, as #rrggbb.

    field: where text is typed, sunk into a panel. hover, pressed: of raised controls.
    accent: filled gold, with on_accent on it. accent_text: gold that can be read on window, panel and raised.
    """

    dark: bool
    window: str
    panel: str
    raised: str
    hover: str
    pressed: str
    field: str
    line: str
    text: str
    secondary: str
    disabled: str
    canvas: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_text: str
    danger: str
    success: str


DARK = Colours(
    dark=True,
    window="#1b1b1b",
    panel="#232323",
    raised="#2c2c2c",
    hover="#363636",
    pressed="#404040",
    field="#1b1b1b",
    line="#363636",
    text="#e6e6e6",
    secondary="#a0a0a0",
    disabled="#6c6c6c",
    canvas="#141414",
    accent="#d9a441",
    accent_hover="#e4b559",
    on_accent="#1b1b1b",
    accent_text="#d9a441",
    danger="#e5604d",
    success="#6fb36f",
)
LIGHT = Colours(
    dark=False,
    window="#ebebeb",
    panel="#f6f6f6",
    raised="#dfdfdf",
    hover="#d5d5d5",
    pressed="#cacaca",
    field="#ffffff",
    line="#cfcfcf",
    text="#1e1e1e",
    secondary="#4a4a4a",
    disabled="#979797",
    canvas="#bdbdbd",
    accent="#d9a441",
    accent_hover="#e4b559",
    on_accent="#1b1b1b",
    accent_text="#7a5207",
    danger="#b3301f",
    success="#2a6b31",
)
CONTRAST = Colours(
    dark=True,
    window="#000000",
    panel="#000000",
    raised="#1e1e1e",
    hover="#3a3a3a",
    pressed="#505050",
    field="#000000",
    line="#ffffff",
    text="#ffffff",
    secondary="#e0e0e0",
    disabled="#9a9a9a",
    canvas="#000000",
    accent="#ffd24d",
    accent_hover="#ffe08a",
    on_accent="#000000",
    accent_text="#ffd24d",
    danger="#ff8d7d",
    success="#8ee88e",
)
BY_NAME = {"dark": DARK, "light": LIGHT, "contrast": CONTRAST}


def luminance(colour: str) -> float:
    """Relative luminance, 0..1 (WCAG 2.2)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1..21 (WCAG 2.2).

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def qt_palette(colours: Colours) -> QPalette:
    """The same roles for widgets that no style sheet rule reaches."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.panel,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.field,
        QPalette.ColorRole.AlternateBase: colours.raised,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.secondary,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.Button: colours.raised,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.BrightText: colours.danger,
        QPalette.ColorRole.Light: colours.hover,
        QPalette.ColorRole.Midlight: colours.hover,
        QPalette.ColorRole.Mid: colours.line,
        QPalette.ColorRole.Dark: colours.line,
        QPalette.ColorRole.Shadow: colours.window,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Accent: colours.accent,
        QPalette.ColorRole.Link: colours.accent_text,
        QPalette.ColorRole.LinkVisited: colours.accent_text,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.disabled))
    return palette
