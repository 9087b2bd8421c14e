"""`python -m studio train scenes`: the embedded model from nothing to a folder that runs.

Everything is made by the project itself: scenes and their captions are drawn, the codec's texture comes from dead
leaves. Each part is kept in the working folder as soon as it is there, so a run can be ended at any moment and taken up
again, and with the same preset and seed it makes the same model.
"""

# pyright: reportUnknownMemberType=false, reportPrivateImportUsage=false
# torch and diffusers are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from numpy.lib.npyio import NpzFile

from studio.pipelines.warm import warm_up
from studio.request.errors import BadInput
from studio.training.assemble import assemble_denoiser, write_folder
from studio.training.codec import Basis, Bytes, fit_basis, make_codec
from studio.training.decoder import Crops, psnr, train_decoder
from studio.training.leaves import dead_leaves
from studio.training.library import Shards
from studio.training.presets import Preset, find_preset
from studio.training.progress import Progress
from studio.training.refiner_run import REFINER_SIZES, train_refiner
from studio.training.scenes.shards import make_shards, read_shard
from studio.training.sheets import sample_sheet
from studio.training.unet_run import UNET_SIZES, train_unet
from studio.training.words.teach import load_words, train_words

_LEAVES_SHARE = 0.5  # of the codec's crops
_DIARY = "run.json"
_HELD_OUT = 24  # scenes, to measure the codec on


def train_scenes(preset: str | None, out: Path, resume: bool = False, seed: int | None = None) -> int:
    """Runs the recipe in `out`; the model is in `out/model` in the end. Returns the exit status.

    The presets of `unet_run` teach the learned denoiser instead, on the words and the codec that come along, and those
    of `refiner_run` a network that mends what the model that comes along makes.

    preset, seed: None for those that the run was begun with, "cpu" and 0 for a new one. Raises BadInput on unknown
    presets, on a folder that cannot be written, when there is a run in the folder and it is not to be resumed, and
    when there is one of another preset or seed.
    """
    name, number = _begin(preset, out, resume, seed)
    warm_up()
    if name in UNET_SIZES:
        return train_unet(name, out, number)
    if name in REFINER_SIZES:
        return train_refiner(name, out, number)
    Run(find_preset(name), out, number).all()
    return 0


def _begin(preset: str | None, out: Path, resume: bool, seed: int | None) -> tuple[str, int]:
    """The preset and the seed of the run in this folder, which is written down there. Hours of work are never lost:
    a run is gone on with or left alone."""
    diary = out / _DIARY
    if diary.exists():
        kept = json.loads(diary.read_text(encoding="utf-8"))
        begun: tuple[str, int] = kept["preset"], kept["seed"]
        if not resume:
            raise BadInput(
                f"There is a run in {out} already.", "Add --resume to go on with it, or choose another --out."
            )
        if (preset or begun[0], begun[1] if seed is None else seed) != begun:
            raise BadInput(
                f"The run in {out} was begun with the preset {begun[0]} and the seed {begun[1]}.",
                "Leave --preset and --seed out to go on with it, or choose another --out.",
            )
        return begun
    begun = preset or "cpu", seed or 0
    if begun[0] not in (*UNET_SIZES, *REFINER_SIZES):
        find_preset(begun[0])
    try:
        out.mkdir(parents=True, exist_ok=True)
        diary.write_text(json.dumps({"preset": begun[0], "seed": begun[1]}), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"The folder {out} cannot be written.", "Choose another --out.", str(error)) from error
    return begun


class Run:
    """One run in one folder: each step does what is missing."""

    def __init__(self, size: Preset, out: Path, seed: int) -> None:
        self.size, self.out, self.seed = size, out, seed

    def all(self) -> None:
        """From data to the finished folder."""
        scenes, leaves = self._scenes(), self._leaves()
        basis = self._basis(scenes, leaves)
        shards = self._parts(basis)
        self._words()
        codec = self._codec(basis, scenes, leaves)
        tokenizer, encoder, head = load_words(self.out / "words")
        denoiser = assemble_denoiser(shards, basis, int(encoder.config.hidden_size))
        denoiser.head.load_state_dict(head.state_dict())
        figures = {"codec_psnr_scenes": round(psnr(codec, scenes[-_HELD_OUT:]), 2)}
        write_folder(self.out / "model", denoiser, codec, encoder, tokenizer)
        sheet, seconds = sample_sheet(self.out / "model", self.size.prompts)
        sheet.save(self.out / "samples.png")
        figures["seconds_per_picture"] = round(seconds, 2)
        (self.out / "figures.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
        print(json.dumps(figures), flush=True)

    def _scenes(self) -> Bytes:
        folder, count = self.out / "scenes", self.size.codec_shards
        progress = Progress("Scenes for the codec", count)
        for number in range(count):
            make_shards(folder, [number], self.seed, self.size.scenes_in_shard)
            progress(number + 1)
        return np.concatenate([read_shard(folder, number).pictures for number in range(count)])

    def _leaves(self) -> Bytes:
        place = self.out / "leaves.npy"
        if not place.exists():
            progress = Progress("Dead leaves", self.size.leaves)
            pictures: list[Bytes] = []
            for number in range(self.size.leaves):
                pictures.append(dead_leaves(self.seed * 1_000_000 + number))
                progress(number + 1)
            _write_array(place, np.stack(pictures))
        return np.load(place)

    def _basis(self, scenes: Bytes, leaves: Bytes) -> Basis:
        place = self.out / "basis.npz"
        if not place.exists():
            fitted = fit_basis(np.concatenate([scenes[:400], leaves[:400]]))
            part = place.with_name("basis.part.npz")
            np.savez(part, **vars(fitted))
            part.replace(place)
        with np.load(place) as kept:
            return read_basis(kept)

    def _parts(self, basis: Basis) -> Shards:
        shards = Shards(self.out / "parts", self.seed, self.size.amounts, basis, self.size.combinations)
        missing = shards.missing()
        progress = Progress("Grounds and things", len(missing))
        if len(missing) < 32 or (os.cpu_count() or 1) < 3:
            for number, shard in enumerate(missing):
                shards.make(*shard)
                progress(number + 1)
            return shards
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
            made = [pool.submit(shards.make, *shard) for shard in missing]
            for number, future in enumerate(as_completed(made)):
                future.result()
                progress(number + 1)
        return shards

    def _words(self) -> None:
        folder = self.out / "words"
        if (folder / "attribute_head.safetensors").exists():
            return
        progress = Progress("Words", self.size.lesson.steps)

        def tell(step: int, _: int, loss: float) -> None:
            progress(step, f"loss {loss:.3f}")

        train_words(folder, self.seed, self.size.lesson, report=tell)

    def _codec(self, basis: Basis, scenes: Bytes, leaves: Bytes) -> AutoencoderTiny:
        torch.manual_seed(self.seed)
        codec = make_codec(basis)
        crops = Crops(scenes[:-_HELD_OUT] if len(scenes) > 2 * _HELD_OUT else scenes, leaves, _LEAVES_SHARE)
        progress = Progress("Decoder", self.size.decoder_steps)

        def tell(step: int, loss: float) -> None:
            progress(step, f"loss {loss:.4f}")

        train_decoder(codec, crops, self.size.decoder_steps, self.seed, self.out / "decoder.safetensors", tell)
        return codec


def read_basis(kept: NpzFile) -> Basis:
    """What `numpy.savez(path, **vars(basis))` wrote."""
    return Basis(kept["encode"], kept["decode"], kept["mean"], kept["quarter"])


def _write_array(place: Path, array: Bytes) -> None:
    part = place.with_suffix(".part.npy")
    np.save(part, array)
    part.replace(place)
