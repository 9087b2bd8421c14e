"""A denoiser with nothing learned in it: the exact posterior mean over a library of pictures, made local.

For a finite set of pictures the best possible denoiser is known in closed form (Scarvelis, Borde and Solomon,
"Closed-Form Diffusion Models", arXiv 2310.12395): the mean of the pictures, each weighted by how well it explains the
noisy one. Taken over whole pictures it can only recall. Taken at each place over a window that shrinks as the noise
falls, it composes new pictures from pieces that fit together, which is how convolutional networks come to be creative
(Kamb and Ganguli, arXiv 2412.20292). What the prompt asks for enters as the log-prior of the library's items.

Here the library is a product: grounds (a place at its hour, in its weather and style) and things cut out of scenes,
each with a posterior of its own given the other (`closed_form_grounds`, `closed_form_things`, `closed_form_scene`).

The class has the call of diffusers' UNet2DConditionModel, so that every pipeline and sampler runs it.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUntypedFunctionDecorator=false
# pyright: reportUnknownArgumentType=false
# torch and diffusers are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.unets.unet_2d_condition import UNet2DConditionOutput
from torch import Tensor

from studio.pipelines.closed_form_canvas import Canvas
from studio.pipelines.closed_form_evidence import Evidence, Surroundings
from studio.pipelines.closed_form_grounds import Atlas
from studio.pipelines.closed_form_refiner import NOISIEST, Refiner
from studio.pipelines.closed_form_scene import Library, Scene
from studio.pipelines.closed_form_schedule import NoiseLevels, noisiness
from studio.pipelines.closed_form_things import Store
from studio.pipelines.closed_form_tint import terms
from studio.pipelines.closed_form_wish import Lexicon, Wish
from studio.pipelines.closed_form_words import AttributeHead, slots_from_config

_CELL = 192  # numbers in a block of 8×8 pixels
_BEHIND = 3  # channels kept of the ground behind a thing
_PIECE = 14_000_000  # bytes; files of more than 16 MiB are hard to keep and to carry
_KEPT = 4  # scenes kept from step to step: a batch's


class ClosedFormUNet(ModelMixin, ConfigMixin):
    """The library, the head that reads prompts, and the posterior mean.

    ground_count, thing_count, cell_count: grounds, things and latents of things in the library; kinds: their names.
    slots: the attributes of items and prompts (`closed_form_words.slots_to_config`).
    sample_size: side of a ground in latents; in_channels: of a latent; cross_attention_dim: width of the text states.
    beta_*, num_train_timesteps, prediction_type: the noise schedule, as the scheduler of the same folder has it.
    guidance: the guidance scale that the prior is sharpened by, see `forward`.
    refiner_widths: of the network that mends joins (`closed_form_refiner`), None where there is none.
    tinted: whether there are maps to skies of other colours, see `closed_form_tint`.
    """

    @register_to_config
    def __init__(
        self,
        ground_count: int,
        thing_count: int,
        cell_count: int,
        kinds: list[str],
        slots: list[dict[str, Any]],
        sample_size: int = 32,
        in_channels: int = 8,
        out_channels: int = 8,
        cross_attention_dim: int = 128,
        time_cond_proj_dim: int | None = None,
        prediction_type: str = "v_prediction",
        num_train_timesteps: int = 1000,
        beta_start: float = 1e-4,
        beta_end: float = 0.02,
        guidance: float = 2.0,
        refiner_widths: list[int] | None = None,
        tinted: bool = False,
    ) -> None:
        super().__init__()
        parsed = slots_from_config(slots)
        self.guidance = guidance
        self.prediction_type = prediction_type
        self.side = sample_size
        self.kinds = tuple(kinds)
        self.head = AttributeHead(cross_attention_dim, parsed)
        self.levels = NoiseLevels(num_train_timesteps, beta_start, beta_end)
        self.refiner = None if refiner_widths is None else Refiner(refiner_widths, in_channels)
        columns = {slot.name: len(slot.values) for slot in parsed}
        self._hold("gain", torch.ones(in_channels))
        self._hold("encode", torch.zeros(in_channels, _CELL))
        self._hold("decode", torch.zeros(_CELL, in_channels))
        self._pieces: dict[str, int] = {}
        self._hold_rows("library", torch.zeros(ground_count, in_channels, sample_size, sample_size, dtype=torch.int8))
        self._hold("ground_attributes", torch.zeros(ground_count, len(parsed), dtype=torch.int8))
        self._hold_rows("cells", torch.zeros(cell_count, in_channels, dtype=torch.int8))
        self._hold("cover", torch.zeros(cell_count, 1, dtype=torch.uint8))
        self._hold("behind", torch.zeros(cell_count, _BEHIND, dtype=torch.int8))
        self._hold("boxes", torch.zeros(thing_count, 4, dtype=torch.int16))
        self._hold("kind_of", torch.zeros(thing_count, dtype=torch.int8))
        self._hold("thing_attributes", torch.zeros(thing_count, len(parsed), dtype=torch.int8))
        self._hold("habits", torch.zeros(len(kinds), columns.get("place", 1), columns.get("time", 1)))
        if tinted:
            maps = (columns["time"] * columns["style"], columns["hue"], terms(in_channels, sample_size), out_channels)
            self._hold("tints", torch.zeros(maps))
        self._tools: tuple[torch.device, Lexicon, Library] | None = None
        self._kept: list[tuple[Tensor, Canvas, Scene]] = []
        self._around: Surroundings | None = None

    def _hold(self, name: str, tensor: Tensor) -> None:
        self.register_buffer(name, tensor)

    def _hold_rows(self, name: str, tensor: Tensor) -> None:
        """As `library_0`, `library_1` and so on: each small enough for a file of its own."""
        most = max(1, _PIECE // max(1, tensor[:1].nbytes))
        parts = tensor.split(most)
        self._pieces[name] = len(parts)
        for number, part in enumerate(parts):
            self._hold(f"{name}_{number}", part.clone())

    def fill(self, name: str, rows: Tensor) -> None:
        """Sets all grounds ("library") or cells of things ("cells")."""
        names = self._names(name)
        for each, part in zip(names, rows.split(len(self.get_buffer(names[0]))), strict=True):
            self.get_buffer(each).copy_(part)

    def _rows(self, name: str) -> Tensor:
        """What `fill` set, in one; the pieces become parts of it, so that it is in memory once."""
        names = self._names(name)
        parts = [self.get_buffer(each) for each in names]
        whole = torch.cat(parts)
        for each, part in zip(names, whole.split([len(part) for part in parts]), strict=True):
            setattr(self, each, part)
        return whole

    def _names(self, name: str) -> list[str]:
        return [f"{name}_{number}" for number in range(self._pieces[name])]

    def forward(
        self,
        sample: Tensor,
        timestep: Tensor | float,
        encoder_hidden_states: Tensor,
        *_unused: Any,
        return_dict: bool = True,
        **_ignored: Any,
    ) -> UNet2DConditionOutput | tuple[Tensor]:
        """sample (B, 8, h, w), one timestep, states (B, L, D) -> the prediction that the scheduler's config names.

        When the batch is two equal halves it is classifier-free guidance: the caller will form `negative + scale *
        (positive - negative)`. Extrapolating from one picture beyond another makes ghosts, so guidance acts on the
        prior instead (log-prior of the negative prompt plus scale times the difference) and both halves get the
        posterior mean that follows, on which the caller's formula changes nothing.
        """
        alpha, sigma = self.levels.at(float(torch.as_tensor(timestep).flatten()[0]))
        noisy = sample.float()
        asked = self.head(encoder_hidden_states)
        half = len(noisy) // 2
        if half and len(noisy) % 2 == 0 and torch.equal(noisy[:half], noisy[half:]):
            means = [self._mean(noisy[i], alpha, sigma, asked[half + i], asked[i]) for i in range(half)] * 2
        else:
            means = [self._mean(x, alpha, sigma, words, None) for x, words in zip(noisy, asked, strict=True)]
        output = self._as_prediction(torch.stack(means), noisy, alpha, sigma).to(sample.dtype)
        return UNet2DConditionOutput(sample=output) if return_dict else (output,)

    @contextmanager
    def attend(self, known: Tensor, mask: Tensor, hidden: float = math.inf) -> Generator[None]:
        """While open, `forward` fills a hole: known (1, 8, h, w) clean latents, mask (1, 1, h, w), 1 where it is made,
        hidden: by how much noise, for each of the source in it.

        See `conditioning.AttentiveDenoiser`.
        """
        self._around, self._kept = Surroundings(known[0].float(), mask[0, 0] > 0.5, hidden), []
        try:
            yield
        finally:
            self._around, self._kept = None, []

    def _mean(self, noisy: Tensor, alpha: float, sigma: float, positive: Tensor, negative: Tensor | None) -> Tensor:
        mean = self.posterior_mean(noisy, alpha, sigma, positive, negative)
        level = noisiness(alpha, sigma)
        if self.refiner is None or self._around is None or level > NOISIEST:
            return mean
        like = self.refiner.leave.weight
        known, hole = self._around.known[None].to(like), self._around.hole[None, None].to(like)
        return self.refiner(mean[None].to(like), torch.tensor([level]).to(like), known, hole)[0].float()

    def posterior_mean(
        self, noisy: Tensor, alpha: float, sigma: float, positive: Tensor, negative: Tensor | None
    ) -> Tensor:
        """The closed-form estimate (C, h, w) of what noisy (C, h, w) shows.

        positive, negative: what `head` makes of a prompt's states, one row each; None for no guidance.
        """
        lexicon, library = self._instruments(noisy.device)
        wish = lexicon.wish(positive, negative, self.guidance)
        evidence = Evidence.of(noisy, alpha, sigma, noisiness(alpha, sigma), self._around)
        return self._scene(library, wish, noisy.shape[1], noisy.shape[2])(evidence)

    def _scene(self, library: Library, wish: Wish, height: int, width: int) -> Scene:
        """Kept from step to step while the words and the canvas stay the same."""
        for scores, canvas, scene in self._kept:
            if (canvas.height, canvas.width) == (height, width) and torch.equal(scores, wish.scores):
                return scene
        canvas = Canvas(height, width, self.side, self.encode.float(), self.decode.float())
        scene = Scene(library, wish, canvas, self._around)
        self._kept = [*self._kept[1 - _KEPT :], (wish.scores, canvas, scene)]
        return scene

    def _instruments(self, device: torch.device) -> tuple[Lexicon, Library]:
        if self._tools is None or self._tools[0] != device:
            gain = self.gain.float()
            habits = {kind: habit for kind, habit in zip(self.kinds, self.habits.float(), strict=True) if habit.any()}
            library = Library(
                atlas=Atlas(self._rows("library"), gain),
                ground_attributes=self.ground_attributes,
                store=Store(self._rows("cells"), self.cover, self.behind, self.boxes, gain),
                kinds=self.kinds,
                kind_of=self.kind_of,
                thing_attributes=self.thing_attributes,
                habits=habits,
                tints=self.tints.float() if self.config["tinted"] else None,
            )
            self._tools = (device, Lexicon(self.head.slots, device), library)
            self._kept = []
        return self._tools[1], self._tools[2]

    def _as_prediction(self, clean: Tensor, noisy: Tensor, alpha: float, sigma: float) -> Tensor:
        noise = (noisy - alpha * clean) / max(sigma, 1e-4)
        match self.prediction_type:
            case "v_prediction":
                return alpha * noise - sigma * clean
            case "epsilon":
                return noise
            case "sample":
                return clean
            case other:
                raise ValueError(f"prediction type {other!r} is not known")
