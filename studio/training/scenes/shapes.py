"""Outlines as (n, 2) float32 arrays of points, in pixels."""

from __future__ import annotations

import numpy as np

from studio.training.scenes.colours import Floats


def points(*pairs: tuple[float, float]) -> Floats:
    """An outline from its corners."""
    return np.array(pairs, np.float32)


def rectangle(left: float, top: float, right: float, bottom: float) -> Floats:
    """Four corners."""
    return points((left, top), (right, top), (right, bottom), (left, bottom))


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Floats:
    """An ellipse around (x, y), turned by `turn` radians."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    px, py = rx * np.cos(angle), ry * np.sin(angle)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([x + px * c - py * s, y + px * s + py * c], 1).astype(np.float32)


def dome(x: float, y: float, rx: float, ry: float) -> Floats:
    """The upper half of an ellipse that stands on y."""
    angle = np.linspace(np.pi, 2 * np.pi, 24)
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], 1).astype(np.float32)


def curve(*control: tuple[float, float], steps: int = 14) -> Floats:
    """A quadratic Bézier line through pairs: start, (control, end) repeated."""
    start = np.array(control[0], np.float64)
    share = np.linspace(0, 1, steps)[:, None]
    pieces: list[np.ndarray] = []
    for bend, end in zip(control[1::2], control[2::2], strict=True):
        b, e = np.array(bend), np.array(end)
        pieces.append((1 - share) ** 2 * start + 2 * share * (1 - share) * b + share**2 * e)
        start = e
    return np.concatenate(pieces).astype(np.float32)


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Floats:
    """A rectangle with round corners."""
    radius = min(radius, (right - left) / 2, (bottom - top) / 2)
    quarter = np.linspace(0, np.pi / 2, 7)
    corners = ((right, bottom, 0), (left, bottom, 1), (left, top, 2), (right, top, 3))
    arcs: list[np.ndarray] = []
    for x, y, turn in corners:
        cx = x - radius if turn in (0, 3) else x + radius
        cy = y - radius if turn in (0, 1) else y + radius
        angle = quarter + turn * np.pi / 2
        arcs.append(np.stack([cx + radius * np.cos(angle), cy + radius * np.sin(angle)], 1))
    return np.concatenate(arcs).astype(np.float32)


def taper(line: Floats, start: float, end: float) -> Floats:
    """A stroke along a line whose width goes from `start` to `end`."""
    along = np.gradient(line, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-6
    half = np.linspace(start, end, len(line))[:, None] / 2
    return np.concatenate([line + normal * half, (line - normal * half)[::-1]]).astype(np.float32)
