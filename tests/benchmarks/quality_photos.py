"""The photographs that the codec is measured on: those that scikit-image and scikit-learn bring along.

The studio needs neither of the two, so they are no requirement of anything. They are found wherever Python finds
packages; to have them for a measurement alone, put them into a folder of their own:

    pip install --no-deps --target FOLDER scikit-image scikit-learn
    PYTHONPATH=FOLDER python -m tests.benchmarks model_quality
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from PIL import Image

PHOTOGRAPHS = {
    "astronaut": ("skimage", "data/astronaut.png"),
    "coffee": ("skimage", "data/coffee.png"),
    "chelsea": ("skimage", "data/chelsea.png"),
    "rocket": ("skimage", "data/rocket.jpg"),
    "motorcycle": ("skimage", "data/motorcycle_left.png"),
    "china": ("sklearn", "datasets/images/china.jpg"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
}
SIDE = 256


def photographs() -> dict[str, np.ndarray]:
    """Those that are on this machine, the middle square of each at 256 pixels (h, w, 3) uint8."""
    found: dict[str, np.ndarray] = {}
    for name, (package, inside) in PHOTOGRAPHS.items():
        spec = importlib.util.find_spec(package)
        path = Path(spec.origin).parent / inside if spec and spec.origin else None
        if path is not None and path.exists():
            found[name] = _square(path)
    return found


def _square(path: Path) -> np.ndarray:
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Decibels between two uint8 pictures."""
    error = np.square(one.astype(np.float64) - other).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-9)))
