"""OpenCV, imported when it is first needed: it costs a tenth of a second that the start of the window must not pay."""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType


@cache
def cv() -> ModuleType:
    """The module cv2. Its functions release the GIL and run on all cores."""
    return importlib.import_module("cv2")
