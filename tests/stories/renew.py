"""python -m tests.stories.renew: makes the kept pictures anew, after the embedded model or a formula has changed.

Look at all of them before they are committed: from then on they are what is right.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before anything imports torch; see studio.pipelines.warm


def main() -> None:
    from PIL import Image
    from PySide6.QtWidgets import QApplication

    from studio.settings.paths import Home
    from studio.shelves import models_of
    from tests.stories.golden_pictures import CASES, FOLDER, begun, made, path_of, small
    from tests.stories.shared_pipeline import SharedPipeline

    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        shared = SharedPipeline(Path(folder))
        models = models_of(Home.find({"SFUMATO_HOME": folder}))
        FOLDER.mkdir(exist_ok=True)
        for case in CASES:
            Image.fromarray(small(made(case, begun(case, models), shared))).save(path_of(case), optimize=True)
    application.quit()


if __name__ == "__main__":
    main()
