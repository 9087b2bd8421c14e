"""Each mode makes of one fixed picture what it made when that was looked at and found good.

When the model that ships with the studio is replaced, or a formula on purpose: `python -m tests.stories.renew`, then
look at `tests/stories/golden`.
"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from studio.document.editing.modes import Mode
from studio.document.selecting import array_of
from studio.request.geometry import Rect
from studio.settings.paths import Home
from studio.shelves import models_of
from tests.stories.golden_pictures import CASES, Case, begun, made, path_of, scene, small

pytestmark = pytest.mark.model

MEAN, WORST = 3.0, 40.0  # levels of 255: of all pixels, and of the worst of 64 × 64; processors differ by less


def inverse(mode: Mode) -> bool:
    return mode is Mode.REPLACE_BACKGROUND


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.mode.name.lower())
def test_a_mode_makes_what_it_made(case: Case, shared, tmp_path, qapp):
    document = begun(case, models_of(Home.find({"SFUMATO_HOME": str(tmp_path)})))
    selection, before = document.selection, document.picture().array[..., :3]
    picture = made(case, document, shared)
    kept = np.asarray(Image.open(path_of(case)).convert("RGB"))
    gap = np.abs(small(picture).astype(float) - kept)
    assert gap.mean() <= MEAN, "renew with: python -m tests.stories.renew"
    assert gap.max() <= WORST, "renew with: python -m tests.stories.renew"
    if selection is not None:
        left_out = array_of(selection, Rect.of(document.size)) == 0
        stays = ~left_out if inverse(case.mode) else left_out
        assert np.array_equal(picture[stays], before[stays])


def test_the_fixed_picture_is_not_what_any_mode_gives_back():
    """Else a mode that does nothing would pass."""
    plain = small(scene().array).astype(float)
    for case in CASES:
        kept = np.asarray(Image.open(path_of(case)).convert("RGB"))
        assert case.mode is Mode.EXPAND or np.abs(plain - kept).mean() > 0.2, case.mode
