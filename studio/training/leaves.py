"""Dead-leaves pictures: the statistics of photographs without a photograph.

Overlapping shapes whose radii follow a power law have the edges, the occlusions and the 1/f spectrum of natural
pictures (Lee, Mumford and Huang, 2001); networks trained on them restore photographs nearly as well as networks
trained on photographs (Achddou, Gousseau and Ladjal, 2021). The codec learns photographs' texture from them, so
that no photograph and no licence is needed.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_SMALLEST, _LARGEST = 1.5, 120.0  # radii in pixels


def dead_leaves(seed: int, side: int = 256) -> Bytes:
    """A (side, side, 3) picture of overlapping textured shapes. The same seed makes the same picture."""
    random = np.random.default_rng([seed, 0x1EAF])
    palette = _palette(random)
    picture = np.empty((side, side, 3), np.float32)
    picture[:] = palette[0]
    picture += _texture(random, side, random.uniform(0, 0.25))
    for radius in _radii(random, side):
        _drop_leaf(random, picture, radius, palette)
    if random.random() < 0.5:  # light falls off across a photograph
        picture *= _gradient(random, side)[..., None]
    picture = _out_of_focus(random, picture)
    picture += random.normal(0, random.uniform(0, 0.012), picture.shape).astype(np.float32)
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def _palette(random: np.random.Generator) -> Floats:
    """(n, 3) colours around a few hues, mostly muted, as in photographs."""
    hues = random.random(random.integers(1, 4))
    count = 24
    hue = random.choice(hues, count) + random.normal(0, 0.04, count)
    saturation = np.clip(random.beta(1.4, 2.6, count) * random.uniform(0.3, 1.3), 0, 1)
    value = np.clip(random.beta(1.2, 1.2, count), 0.02, 0.98)
    wheel = np.stack([(hue % 1) * 360, saturation, value], -1).astype(np.float32)[None]
    return np.asarray(cv2.cvtColor(wheel, cv2.COLOR_HSV2RGB), np.float32)[0]


def _radii(random: np.random.Generator, side: int) -> Floats:
    """Radii with density r^-3 between the smallest and the largest, big ones first mixed with small ones."""
    count = int(random.uniform(60, 500) * (side / 256) ** 2)
    low, high = _SMALLEST * random.uniform(1, 8), min(_LARGEST, side / 2)
    uniform = random.random(count)
    radii = ((high**-2 - low**-2) * uniform + low**-2) ** -0.5
    return radii.astype(np.float32)


def _drop_leaf(random: np.random.Generator, picture: Floats, radius: float, palette: Floats) -> None:
    side = picture.shape[0]
    x, y = random.uniform(0, side, 2)
    reach = int(radius * 1.8) + 2
    left, top = max(0, int(x) - reach), max(0, int(y) - reach)
    right, bottom = min(side, int(x) + reach), min(side, int(y) + reach)
    if right - left < 2 or bottom - top < 2:
        return
    alpha = _shape(random, (bottom - top, right - left), (x - left, y - top), radius)
    colour = palette[random.integers(len(palette))] + random.normal(0, 0.02, 3)
    leaf = np.empty((bottom - top, right - left, 3), np.float32)
    leaf[:] = colour
    extent = max(leaf.shape[:2])
    shade = _gradient(random, extent)[: leaf.shape[0], : leaf.shape[1], None]
    leaf *= shade
    if random.random() < 0.6:
        leaf += _texture(random, extent, random.uniform(0.02, 0.3))[: leaf.shape[0], : leaf.shape[1]]
    target = picture[top:bottom, left:right]
    target += (leaf - target) * alpha[..., None]


def _shape(random: np.random.Generator, extent: tuple[int, int], centre: tuple[float, float], radius: float) -> Floats:
    """Antialiased coverage 0..1 of an ellipse, a polygon or a stroke."""
    mask = np.zeros(extent, np.uint8)
    shift = 16  # OpenCV's fixed-point fraction of 4 bits
    at = (int(centre[0] * shift), int(centre[1] * shift))
    angle = float(random.uniform(0, 360))
    kind = random.random()
    if kind < 0.45:
        axes = (int(radius * shift), int(radius * shift * random.uniform(0.25, 1)))
        cv2.ellipse(mask, at, axes, angle, 0, 360, 255, -1, cv2.LINE_AA, 4)
    elif kind < 0.85:
        corners = int(random.integers(3, 8))
        turns = np.sort(random.uniform(0, 2 * np.pi, corners))
        lengths = radius * random.uniform(0.5, 1.4, corners)
        points = np.stack([centre[0] + np.cos(turns) * lengths, centre[1] + np.sin(turns) * lengths], -1)
        cv2.fillPoly(mask, [(points * shift).astype(np.int32)], 255, cv2.LINE_AA, 4)
    else:
        ends = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * radius * 1.6
        start, stop = np.array(centre) - ends, np.array(centre) + ends
        width = max(1, int(radius * random.uniform(0.04, 0.3)))
        points = [(int(point[0] * shift), int(point[1] * shift)) for point in (start, stop)]
        cv2.line(mask, points[0], points[1], 255, width, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / np.float32(255)


def _texture(random: np.random.Generator, side: int, strength: float) -> Floats:
    """(side, side, 1 or 3) fractal noise around 0, or stripes."""
    if random.random() < 0.2:
        turn, period = random.uniform(0, np.pi), random.uniform(3, 24)
        rows, columns = np.mgrid[:side, :side].astype(np.float32)
        wave = np.sin((rows * np.sin(turn) + columns * np.cos(turn)) * (2 * np.pi / period))
        return (wave * strength * 0.5)[..., None].astype(np.float32)
    channels = 3 if random.random() < 0.3 else 1
    total = np.zeros((side, side, channels), np.float32)
    gain, cells = 1.0, int(random.integers(2, 24))
    fall = random.uniform(0.45, 0.95)
    while cells < side:
        coarse = random.random((cells, cells, channels), dtype=np.float32) - 0.5
        total += gain * cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC).reshape(total.shape)
        gain, cells = gain * fall, cells * 2
    return total * strength


def _gradient(random: np.random.Generator, side: int) -> Floats:
    """(side, side) light between about 0.6 and 1.4, changing along one direction."""
    turn, depth = random.uniform(0, 2 * np.pi), random.uniform(0, 0.4)
    rows, columns = np.mgrid[:side, :side].astype(np.float32) / max(1, side - 1) - 0.5
    return (1 + depth * (rows * np.sin(turn) + columns * np.cos(turn))).astype(np.float32)


def _out_of_focus(random: np.random.Generator, picture: Floats) -> Floats:
    kind = random.random()
    if kind < 0.5:
        return picture
    if kind < 0.8:
        return cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.2)).astype(np.float32)
    blurred = cv2.GaussianBlur(picture, (0, 0), random.uniform(1.5, 6))
    depth = _texture(random, picture.shape[0], 4)[..., :1]
    near = np.clip(depth + 0.5, 0, 1)
    return (picture * near + blurred * (1 - near)).astype(np.float32)
