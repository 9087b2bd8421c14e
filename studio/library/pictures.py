"""Pictures from anywhere as `Pixels`: upright, eight bits, sRGB, the first frame, transparency kept."""

from __future__ import annotations

import io
import logging
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from studio.request.errors import BadInput
from studio.request.geometry import Size
from studio.request.pixels import Pixels

log = logging.getLogger(__name__)

# No EPS, PDF or WMF, which run other programs, and no format that nobody paints with.
FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "DIB", "PPM", "TGA", "ICO", "JPEG2000", "QOI")
LARGEST_AREA = 89_478_485  # pixels; Pillow's own line between a picture and a decompression bomb

# What Pillow's decoders raise on files that are not what they claim to be.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
    RuntimeError,
    struct.error,
    zlib.error,
)


def read_picture(source: Path | str | bytes) -> Pixels:
    """The picture in a file, or in bytes from the clipboard, with 3 channels, or 4 when it has transparency.

    EXIF rotation is applied, embedded profiles and CMYK become sRGB, 16 bits become 8.
    Raises BadInput with one sentence for whatever cannot be read.
    """
    name = "The picture" if isinstance(source, bytes) else f"The file {Path(source).name!r}"
    data = source if isinstance(source, bytes) else _bytes_of(Path(source), name)
    with warnings.catch_warnings():  # if threads race here, the filters stay: they are harmless and wanted
        warnings.simplefilter("ignore", UserWarning)  # Pillow on odd but readable files
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with _opened(data, name) as image:
            return Pixels(_array(_upright(image, name)))


def read_mask(source: Path | str | bytes, size: Size) -> Pixels:
    """The picture as a mask of one channel: white (255) is made anew, black (0) is kept.

    What is transparent counts as black. Raises BadInput when it cannot be read or has another size.
    """
    pixels = read_picture(source)
    if pixels.size != size:
        raise BadInput(f"The mask is {pixels.size} pixels, the picture {size}.", "Use a mask of the same size.")
    colour = pixels.array[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    if pixels.channels == 4:
        colour = colour * (pixels.array[..., 3].astype(np.float32) / 255)
    return Pixels(np.clip(np.rint(colour), 0, 255).astype(np.uint8)[..., None])


def _opened(data: bytes, name: str) -> Image.Image:
    if not data:
        raise BadInput(f"{name} is empty.")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        raise BadInput(f"{name} is not a picture that can be read.", "Use PNG, JPEG, WebP, AVIF or TIFF.") from error
    except DAMAGE as error:
        raise _damaged(name, error) from error
    if image.width * image.height > LARGEST_AREA:
        raise _too_large(name)
    return image


def _bytes_of(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {str(path)!r}.") from error
    except IsADirectoryError as error:
        raise BadInput(f"{str(path)!r} is a folder, not a picture.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadInput(f"{name} cannot be read: {reason}.", details=repr(error)) from error


def _upright(image: Image.Image, name: str) -> Image.Image:
    """Decoded, turned as its EXIF says, in mode RGB or RGBA."""
    try:
        image.load()
    except DAMAGE as error:
        raise _damaged(name, error) from error
    try:
        image = ImageOps.exif_transpose(image)
    except DAMAGE as error:
        log.info("%s has broken EXIF data, which is ignored: %r", name, error)
    try:
        return _srgb(image)
    except DAMAGE as error:
        raise _damaged(name, error) from error


def _srgb(image: Image.Image) -> Image.Image:
    transparent = image.has_transparency_data
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        image = _eight_bits(image)
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L", "LA"):
        image = _with_profile(image, cast("bytes", profile))
    return image.convert("RGBA" if transparent else "RGB")


def _with_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Converted from its own profile to sRGB, alpha untouched; a broken profile is ignored."""
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        colours = image.convert(image.mode.removesuffix("A")) if alpha is not None else image
        srgb = ImageCms.ImageCmsProfile(cast("Any", ImageCms).createProfile("sRGB"))
        converted = ImageCms.profileToProfile(colours, source, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, *DAMAGE) as error:
        log.info("an embedded colour profile is broken and ignored: %r", error)
        return image
    if converted is None:
        return image
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def _eight_bits(image: Image.Image) -> Image.Image:
    """A grey picture of 16, 32 or float bits as one of 8. Floats up to 1 count as 0..1."""
    values: npt.NDArray[np.float64] = np.nan_to_num(np.asarray(image).astype(np.float64))
    highest = float(values.max())
    if image.mode == "F" and highest <= 1:
        scale = 255.0
    elif image.mode.startswith("I;16") or highest > 255:
        scale = 255 / 65535 if highest <= 65535 else 255 / highest
    else:
        scale = 1.0
    grey = Image.fromarray(np.clip(np.rint(values * scale), 0, 255).astype(np.uint8))
    grey.info = {key: value for key, value in image.info.items() if key != "transparency"}
    return grey


def _array(image: Image.Image) -> npt.NDArray[np.uint8]:
    return np.array(cast("Any", image), dtype=np.uint8)


def _too_large(name: str) -> BadInput:
    millions = LARGEST_AREA // 1_000_000
    return BadInput(f"{name} has too many pixels to open safely: more than {millions} million.", "Make it smaller.")


def _damaged(name: str, error: BaseException) -> BadInput:
    if isinstance(error, EOFError) or "truncat" in str(error).lower() or "not enough" in str(error).lower():
        return BadInput(f"{name} is damaged: it ends too early.", "Copy or download it again.", repr(error))
    return BadInput(f"{name} is damaged and cannot be read.", "Copy or download it again.", repr(error))
