"""The kinds of layer. Their attributes are changed by edits only (studio.document.edits), so that all can be undone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from studio.document.blend import Blend
from studio.document.controlling import Steer
from studio.document.editing.plan import Choices
from studio.document.images import AREA, COLOUR
from studio.document.tiles import Tiles, Versions
from studio.request.geometry import Rect
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest

NOWHERE = Rect(0, 0, 0, 0)
MASK_COLOUR = "#e5604d"
REGION_COLOURS = ("#5aa9e6", "#7fc97f", "#f2b84b", "#c084d8", "#4fc3b5", "#e57fa6", "#a3b64b", "#8f9bea")


def new_id() -> str:
    return uuid.uuid4().hex


@dataclass(eq=False, kw_only=True)
class Layer:
    """What all layers have.

    opacity: 0..1. locked: nothing in it may be changed by hand.
    foreign: attributes that another program wrote to a file and we do not know; they are written back.
    """

    name: str
    id: str = field(default_factory=new_id)
    visible: bool = True
    locked: bool = False
    opacity: float = 1.0
    blend: Blend = Blend.NORMAL
    foreign: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(eq=False, kw_only=True)
class Group(Layer):
    """Layers that move and blend together. children: in painting order, the lowest first.

    isolate: blend the children among themselves first, even where it could not be told by opacity or blend.
    """

    children: tuple[Layer, ...] = ()
    isolate: bool = False

    @property
    def isolated(self) -> bool:
        return self.isolate or self.opacity < 1 or self.blend is not Blend.NORMAL


@dataclass(eq=False, kw_only=True)
class Plane(Layer):
    """A layer with content. x, y: where the origin of its tiles lies on the canvas."""

    tiles: Tiles = field(default_factory=Tiles)
    x: int = 0
    y: int = 0

    def extent(self) -> Rect:
        """On the canvas: the smallest rectangle of whole tiles around the content."""
        return self.tiles.extent().translated(self.x, self.y)

    def bounds(self) -> Rect:
        """On the canvas: the smallest rectangle around the content."""
        return self.tiles.bounds().translated(self.x, self.y)

    def inside(self, rect: Rect) -> Rect:
        """A rectangle of the canvas in the coordinates of the tiles."""
        return rect.translated(-self.x, -self.y)


@dataclass(eq=False, kw_only=True)
class PaintLayer(Plane):
    """Colour. alpha_locked: painting changes colour but not what is covered.

    origin: `Pixels.digest` of the picture that came onto the canvas in this layer, or "".
    """

    alpha_locked: bool = False
    origin: str = ""

    @property
    def came_from(self) -> str:
        """The digest of the picture that is seen in it, or ""."""
        return self.origin

    def __post_init__(self) -> None:
        if self.tiles.layout != COLOUR:
            raise ValueError("a paint layer holds colour")


@dataclass(eq=False, kw_only=True)
class GeneratedLayer(PaintLayer):
    """A picture that was made, with all it takes to choose again or to make it anew.

    area: where on the canvas it was asked for. candidates: all pictures of that request; chosen: the one shown.
    mode: name of the `editing.modes.Mode` that made it, "" for a picture of its own. selection: what was to be made
    anew then, one channel, of the size of the area; None: all of it. choices: of the mode Custom.
    origins: for each candidate the digest of the picture that was made; of an edit a candidate is only its layer.
    """

    request: GenerationRequest | None = None
    area: Rect = NOWHERE
    candidates: tuple[Pixels, ...] = ()
    chosen: int = 0
    mode: str = ""
    selection: Pixels | None = None
    origins: tuple[str, ...] = ()
    choices: Choices | None = None

    @property
    def came_from(self) -> str:
        return self.origins[self.chosen] if self.chosen < len(self.origins) else self.origin


@dataclass(eq=False, kw_only=True)
class AreaLayer(Plane):
    """Coverage of 0..255, shown as a tint. colour: #rrggbb."""

    tiles: Tiles = field(default_factory=lambda: Tiles(AREA))
    colour: str = MASK_COLOUR
    opacity: float = 0.5

    def __post_init__(self) -> None:
        if self.tiles.layout != AREA:
            raise ValueError("an area layer holds coverage")


@dataclass(eq=False, kw_only=True)
class MaskLayer(AreaLayer):
    """What to make anew.

    noise: 0..1, how much fresh noise is mixed in under the mask before denoising.
    limit: 0..1, the most of the way that what is under the mask may change.
    """

    noise: float = 0.0
    limit: float = 1.0


@dataclass(eq=False, kw_only=True)
class RegionLayer(AreaLayer):
    """Where a prompt of its own holds."""

    prompt: str = ""
    negative: str = ""


OWN, CANVAS = "", "canvas"
"""What a control layer looks at besides other layers: its own content, and all that is seen on the canvas."""


@dataclass(eq=False, kw_only=True)
class ControlLayer(Plane):
    """A picture that the making of others follows. Not a part of the picture itself.

    source: `OWN`, `CANVAS`, or the id of another layer. overlay: what the network is to see is shown over the canvas.
    Where the layer is hidden it does not count.
    """

    steer: Steer = field(default_factory=Steer)
    source: str = OWN
    overlay: bool = True
    opacity: float = 0.8

    def __post_init__(self) -> None:
        if self.tiles.layout != COLOUR:
            raise ValueError("a control layer holds colour")


def walk(layers: tuple[Layer, ...]) -> Iterator[Layer]:
    """All layers in painting order, each group after its children."""
    for layer in layers:
        if isinstance(layer, Group):
            yield from walk(layer.children)
        yield layer


def shown(layers: tuple[Layer, ...]) -> Iterator[Layer]:
    """As `walk`, without what is hidden or in a hidden group."""
    for layer in layers:
        if layer.visible:
            if isinstance(layer, Group):
                yield from shown(layer.children)
            yield layer


def settled(layer: Layer, held: Mapping[Plane, Versions]) -> Layer:
    """A copy that nothing changes any more. held: tiles as they were before something unfinished, which counts as
    not begun (`Document.held`)."""
    if isinstance(layer, Group):
        return replace(layer, children=tuple(settled(child, held) for child in layer.children))
    if isinstance(layer, Plane):
        tiles = layer.tiles.copy()
        tiles.replace(held.get(layer, {}))
        return replace(layer, tiles=tiles)
    return replace(layer)


def has_content(layers: tuple[Layer, ...]) -> bool:
    """True when something of a picture can be seen."""
    return any(isinstance(layer, PaintLayer) and len(layer.tiles) for layer in shown(layers))


def origin_in(layers: tuple[Layer, ...], area: Rect) -> str:
    """The digest of the picture that is seen uppermost in a part of the canvas, or "" when none is known."""
    found = ""
    for layer in shown(layers):
        if not isinstance(layer, PaintLayer) or not layer.came_from or layer.extent().intersection(area).empty:
            continue
        if not layer.bounds().intersection(area).empty:
            found = layer.came_from
    return found


def parent_of(root: Group, layer: Layer) -> Group | None:
    """The group that holds a layer, or None when it is the root or not in this tree."""
    for group in (root, *(found for found in walk(root.children) if isinstance(found, Group))):
        if any(child is layer for child in group.children):
            return group
    return None
