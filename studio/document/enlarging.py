"""A picture made larger: the request for it, and what becomes of the document."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.document.document import Document
from studio.document.placing import paint_layer
from studio.document.transforming import resize
from studio.request.family import Ability, Model, ModelReference
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest, Prompt
from studio.request.upscaling import Method, Upscale

PAINT_OVER = 0.35  # strength: finer detail, and everything stays what it is
LANCZOS = "Lanczos"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a picture is to be made larger. strength and words count where a model paints over it."""

    upscale: Upscale
    size: Size
    model: Model
    prompt: Prompt
    negative: Prompt
    strength: float = PAINT_OVER
    steps: int | None = None

    def request(self, source: Pixels, seed: int) -> GenerationRequest:
        """Raises BadInput. Without a model the upscaler takes its place, or the arithmetic."""
        model, upscale = self.model, self.upscale
        request = GenerationRequest(
            model=ModelReference(family="", name=upscale.network or LANCZOS, digest=upscale.digest),
            prompt=Prompt.plain(""),
            size=self.size,
            steps=1,
            guidance=1.0,
            sampler=model.defaults.sampler,
            seed=0,
            source=source,
            strength=0.0,
            upscale=upscale,
        )
        if upscale.method is not Method.DIFFUSION:
            return request
        return replace(
            request,
            model=model.reference,
            prompt=self.prompt,
            negative=self.negative if model.family.can(Ability.NEGATIVE_PROMPT) else Prompt.plain(""),
            steps=self.steps or model.defaults.steps,
            guidance=model.defaults.guidance,
            seed=seed,
            strength=self.strength,
        )


def paints_over(model: Model) -> bool:
    """Whether a model can add detail to a picture in tiles."""
    family = model.family
    return family.divisible and family.can(Ability.IMAGE_TO_IMAGE) and not family.can(Ability.INSTRUCT)


def put_enlarged(document: Document, pixels: Pixels) -> None:
    """The canvas and all that is on it take the size of the enlarged picture, which lies above. One step of undo."""
    with document.step("Upscale"):
        resize(document, pixels.size)
        document.add_layer(paint_layer(pixels, pixels.size, "Upscaled"))
