"""Models kept warm: the last few used, as long as memory allows."""

from __future__ import annotations

import logging
from collections import OrderedDict

from studio.pipelines.devices import Device, memory_ran_out, total_main_memory
from studio.pipelines.garbage import collect
from studio.pipelines.loaded import Loaded, load
from studio.request.errors import Trouble
from studio.request.family import Model
from studio.request.pipeline import Report

log = logging.getLogger(__name__)

MOST_MODELS = 3
SHARE = 0.4  # of the main memory may be held by weights that wait

_Key = tuple[str, int]


class Store:
    """Loaded models, the last used ones last. Only one is on a graphics card at a time."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._models: OrderedDict[_Key, Loaded] = OrderedDict()

    def get(self, model: Model, report: Report) -> Loaded:
        """The model, read from disk if it is not warm (or was replaced there).

        Raises Trouble when its files are bad or main memory is too small for it.
        """
        key = _key_of(model)
        if key not in self._models:
            self._models[key] = self._read(model, report)
            self._models[key].stamp = " ".join(str(part) for part in key)
        self._models.move_to_end(key)
        loaded = self._models[key]
        for other in self._models.values():
            if other is not loaded and other.resident and self._device.graphics:
                other.leave_device()
        return loaded

    @property
    def latest(self) -> Loaded | None:
        """The model that was used last."""
        return next(reversed(self._models.values()), None)

    @property
    def count(self) -> int:
        return len(self._models)

    def _read(self, model: Model, report: Report) -> Loaded:
        self._make_room()
        loaded = self._attempt(model, report)
        if loaded is None and self._models:
            self._models.clear()
            _collect(self._device)
            loaded = self._attempt(model, report)
        if loaded is None:
            raise Trouble(
                f"There is not enough memory to read the model {model.title}.",
                "Close other programs, or choose a smaller model.",
            )
        return loaded

    def _attempt(self, model: Model, report: Report) -> Loaded | None:
        """None when memory ran out."""
        try:
            return load(model, self._device, report)
        except (RuntimeError, MemoryError) as error:
            if not memory_ran_out(error):
                raise
            log.warning("memory ran out reading %s: %s", model.title, str(error))
            return None

    def _make_room(self) -> None:
        """Lets go of the models that were not used for longest, before another one is read."""
        budget = SHARE * total_main_memory()
        before = len(self._models)
        while self._models and (
            len(self._models) >= MOST_MODELS or sum(each.need.weights for each in self._models.values()) > budget
        ):
            self._models.popitem(last=False)
        if len(self._models) < before:
            _collect(self._device)


def _collect(device: Device) -> None:
    """Frees cycles that hold weights. Slow, so only when a model is let go."""
    collect()
    device.give_back()


def _key_of(model: Model) -> _Key:
    """Names the files as they are now: another file under the same name is another model."""
    described = model.path / "model_index.json" if model.path.is_dir() else model.path
    files = (described, *(path for _, path in model.parts))
    try:
        return " ".join(map(str, files)), max(file.stat().st_mtime_ns for file in files)
    except OSError as error:
        raise Trouble(
            f"The model {model.title} is no longer where it was.", "Look at the list of models.", details=str(error)
        ) from error
