"""A source picture of any kind comes in upright, in sRGB and eight bits, or a sentence says why not."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.library.pictures import read_mask, read_picture
from studio.request.errors import BadInput
from studio.request.geometry import Size


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks, checksums right."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def gradient(width: int = 32, height: int = 16) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([x * 7, y * 13, 128 + 0 * x], axis=-1).astype(np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP", "PPM", "TGA"])
def test_what_is_stored_without_loss_is_read_without_loss(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    pixels = read_picture(encoded(gradient(), kind, **options))
    assert np.array_equal(pixels.array, np.asarray(gradient()))


def test_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "wrong extension.jpg"
    path.write_bytes(encoded(gradient(), "PNG"))
    assert read_picture(path) == read_picture(str(path))
    assert read_picture(path).size == Size(32, 16)


def test_transparency_is_kept_straight() -> None:
    image = gradient().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    pixels = read_picture(encoded(image, "PNG"))
    assert np.array_equal(pixels.array, np.asarray(image))


def test_a_palette_with_a_transparent_colour_has_transparency() -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putpixel((0, 0), 0)
    pixels = read_picture(encoded(image, "PNG", transparency=0))
    assert pixels.array[0, 0, 3] == 0
    assert pixels.array[4, 4].tolist() == [255, 0, 0, 255]


def test_exif_rotation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise by a quarter
    data = encoded(gradient(), "JPEG", exif=exif, quality=95)
    pixels = read_picture(data)
    assert pixels.size == Size(16, 32)
    assert pixels.array[0, -1, 0] < 30  # the old top left corner is at the top right


def test_broken_exif_is_ignored() -> None:
    data = encoded(gradient(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7fjunk")
    assert read_picture(data).size == Size(32, 16)


def test_cmyk_comes_out_in_its_colours() -> None:
    cmyk = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    red = read_picture(encoded(cmyk, "JPEG", quality=95)).array[8, 8]
    assert red[0] > 220
    assert max(red[1], red[2]) < 40


@pytest.mark.parametrize("bits", ["I;16", "I", "F"])
def test_deep_greys_become_eight_bits(bits: str) -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float64)[None].repeat(4, 0)
    array = {"I;16": (ramp * 65535).astype(np.uint16), "I": (ramp * 65535).astype(np.int32), "F": ramp.astype("f4")}
    pixels = read_picture(encoded(Image.fromarray(array[bits]), "TIFF"))
    assert pixels.channels == 3
    assert np.abs(pixels.array[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_sixteen_bits_a_channel_become_eight() -> None:
    row = b"\0" + b"".join(struct.pack(">HHH", 0xFFFF, 0x8000, 0x0000) for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    data = png((b"IHDR", header), (b"IDAT", zlib.compress(row * 8)), (b"IEND", b""))
    assert read_picture(data).array[3, 3].tolist() == [255, 128, 0]


def test_an_embedded_profile_is_converted_to_srgb() -> None:
    data = encoded(gradient(), "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    assert np.abs(read_picture(data).array.astype(int) - np.asarray(gradient()).astype(int)).max() <= 1


def test_a_broken_profile_is_ignored() -> None:
    data = encoded(gradient(), "PNG", icc_profile=b"not a profile at all")
    assert np.array_equal(read_picture(data).array, np.asarray(gradient()))


def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert read_picture(data).array[0, 0, :3].tolist() == [255, 0, 0]


def bomb(side: int) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return png((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100_000)))


@pytest.mark.parametrize("side", [9_500, 12_000, 40_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_by_its_header(side: int) -> None:
    with pytest.raises(BadInput, match="too many pixels"):
        read_picture(bomb(side))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_picture_cut_off_is_said_to_be_damaged(kind: str, share: float) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8))
    data = encoded(noise, kind)
    with pytest.raises(BadInput, match=r"damaged|not a picture"):
        read_picture(data[: int(len(data) * share)])


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\0" * 5000])
def test_what_is_no_picture_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        read_picture(data)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_opened_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file"):
        read_picture(tmp_path / "missing.png")
    with pytest.raises(BadInput, match="folder"):
        read_picture(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_picture("nul\0byte.png")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(gradient(), "PNG"))
    path.chmod(0)
    with pytest.raises(BadInput, match="cannot be read"):
        read_picture(path)


def test_a_mask_is_grey_and_of_the_pictures_size() -> None:
    image = Image.new("RGBA", (8, 4), "white")
    image.putpixel((0, 0), (255, 255, 255, 0))
    image.putpixel((1, 0), (128, 128, 128, 255))
    mask = read_mask(encoded(image, "PNG"), Size(8, 4))
    assert mask.channels == 1
    assert mask.array[0, :3, 0].tolist() == [0, 128, 255]
    with pytest.raises(BadInput, match="8 × 4 pixels"):
        read_mask(encoded(image, "PNG"), Size(4, 8))
