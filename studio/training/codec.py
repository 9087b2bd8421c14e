"""The codec: pictures to latents and back, at an eighth of the side with eight channels.

The encoder is analytic. The best linear code of 8×8 blocks is their principal components; they are written exactly
into the (blockless, hence linear) encoder of an AutoencoderTiny, so stock diffusers code runs it, and it needs no
training. Components are half-whitened (divided by the fourth root of their variance): channel 0 carries more than
channel 7, but not all there is. A linear code has a virtue of its own here: mixing two latents mixes two pictures,
which is what a posterior mean does. Only the decoder is learned (`training/decoder.py`).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from diffusers import AutoencoderTiny
from diffusers.models.autoencoders.vae import AutoencoderTinyBlock
from numpy.typing import NDArray
from torch import nn

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

BLOCK = 8  # pixels to a latent, each way
CHANNELS = 8
SCALING = 3.0  # the decoder clamps with tanh(z / 3); latents are kept small for it, and scaled up for the denoiser
_ENCODER_WIDTH = 32
_DECODER_WIDTH = 40
_DECODER_BLOCKS = (3, 3, 2, 0)


@dataclass(frozen=True)
class Basis:
    """Principal components of picture blocks.

    encode: (8, 192) rows that turn a block (rows, columns, RGB; 0..1; mean subtracted) into latents of overall
        variance 1; decode: (192, 8), the way back; mean: (192,); quarter: (48, 32), an orthonormal basis of what the
        rows of `encode` have in their four 4×4 blocks, through which the encoder's convolutions pass.
    """

    encode: Floats
    decode: Floats
    mean: Floats
    quarter: Floats

    @property
    def odd(self) -> Floats:
        """(8,): -1 for the channels that change sign in a mirror, 1 for the others."""
        mirrored = self.encode.reshape(CHANNELS, BLOCK, BLOCK, 3)[:, :, ::-1].reshape(CHANNELS, -1)
        return np.sign((mirrored * self.encode).sum(1)).astype(np.float32)

    def latents(self, pictures: Bytes) -> Floats:
        """(N, H, W, 3) pictures with sides divisible by 8 -> (N, 8, H/8, W/8), as the denoiser sees them."""
        codes = (_blocks(pictures, BLOCK) - self.mean) @ self.encode.T
        return codes.transpose(0, 3, 1, 2).astype(np.float32)


def fit_basis(pictures: Bytes) -> Basis:
    """The components of (N, H, W, 3) pictures and their mirror images; every eleventh block is looked at.

    With mirror images in, each component is even or odd from left to right, so that a latent picture is mirrored by
    mirroring its columns and changing the sign of its odd channels (`Basis.odd`).
    """
    blocks = _blocks(pictures, BLOCK).reshape(-1, BLOCK, BLOCK, 3)[::11]
    blocks = np.concatenate([blocks, blocks[:, :, ::-1]]).reshape(-1, BLOCK * BLOCK * 3)
    mean = blocks.mean(0)
    variances, vectors = _components(blocks - mean, CHANNELS)
    deviation = np.sqrt(variances)
    kept = np.sqrt(deviation / deviation[0])
    kept /= np.sqrt((kept**2).mean())
    encode = np.ascontiguousarray((vectors * (kept / deviation)).T, np.float32)
    return Basis(
        encode=encode,
        decode=np.ascontiguousarray(vectors * (deviation / kept), np.float32),
        mean=mean.astype(np.float32),
        quarter=_quarters(encode),
    )


def make_codec(basis: Basis) -> AutoencoderTiny:
    """An AutoencoderTiny with the analytic encoder and a decoder that starts as the mean colour of each block."""
    codec = AutoencoderTiny(
        encoder_block_out_channels=(_ENCODER_WIDTH,) * 4,
        decoder_block_out_channels=(_DECODER_WIDTH,) * 4,
        num_encoder_blocks=(0, 0, 0, 0),
        num_decoder_blocks=_DECODER_BLOCKS,
        latent_channels=CHANNELS,
        scaling_factor=SCALING,
    )
    with torch.no_grad():
        _write_encoder(_convolutions(codec.encoder), basis)
        _start_decoder(codec.decoder, basis)
    codec.encoder.requires_grad_(False)
    return codec


def _blocks(pictures: Bytes, side: int) -> Floats:
    count, height, width, _ = pictures.shape
    tiles = pictures.reshape(count, height // side, side, width // side, side, 3).transpose(0, 1, 3, 2, 4, 5)
    return tiles.reshape(count, height // side, width // side, side * side * 3).astype(np.float32) / np.float32(255)


def _quarters(encode: Floats) -> Floats:
    """(48, 32): four quarters of eight rows span at most 32 dimensions, so nothing is lost on the way through them."""
    corners = encode.reshape(CHANNELS, 2, 4, 2, 4, 3).transpose(0, 1, 3, 2, 4, 5).reshape(_ENCODER_WIDTH, 48)
    spanned = np.linalg.svd(corners.astype(np.float64), full_matrices=False)[2].T
    return (spanned * _signs(spanned)).astype(np.float32)


def _signs(vectors: Floats) -> Floats:
    """Which way round each column goes: they come with an arbitrary sign, which must not depend on the machine."""
    return np.where(np.linspace(1, 2, len(vectors)) @ vectors < 0, -1, 1)


def _components(samples: Floats, count: int) -> tuple[Floats, Floats]:
    variances, vectors = np.linalg.eigh(np.cov(samples.T))
    vectors = vectors[:, ::-1][:, :count]
    return variances[::-1][:count].astype(np.float32), (vectors * _signs(vectors)).astype(np.float32)


def _convolutions(network: nn.Module) -> list[nn.Conv2d]:
    """The top-level convolutions, not those within residual blocks."""
    layers = network.layers
    assert isinstance(layers, nn.Sequential)
    return [layer for layer in layers if isinstance(layer, nn.Conv2d)]


def _write_encoder(layers: list[nn.Conv2d], basis: Basis) -> None:
    """RGB -> 12 channels (2×2 pixels) -> 32 (components of 4×4) -> 8 (components of 8×8); all of it linear."""
    for layer in layers:
        layer.weight.zero_()
        if layer.bias is not None:
            layer.bias.zero_()
    copy, pairs, fours, eights, out = layers
    quarter = torch.from_numpy(basis.quarter)  # (48, 32)
    whole = torch.from_numpy(basis.encode).view(CHANNELS, BLOCK, BLOCK, 3)
    for channel in range(3):
        copy.weight[channel, channel, 1, 1] = 1
    taps = [(0, 0), (0, 1), (1, 0), (1, 1)]
    for row, column in taps:
        for channel in range(3):
            pairs.weight[(row * 2 + column) * 3 + channel, channel, 1 + row, 1 + column] = 1
    pixels = quarter.view(2, 2, 2, 2, 3, _ENCODER_WIDTH)  # (outer row, row, outer column, column, RGB, component)
    for row, column in taps:
        fours.weight[:, :12, 1 + row, 1 + column] = pixels[row, :, column].reshape(12, _ENCODER_WIDTH).T
        part = whole[:, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4].reshape(CHANNELS, 48)
        eights.weight[:CHANNELS, :, 1 + row, 1 + column] = part @ quarter
    for channel in range(CHANNELS):
        out.weight[channel, channel, 1, 1] = 1 / SCALING
    assert out.bias is not None
    out.bias.copy_(-(torch.from_numpy(basis.encode) @ torch.from_numpy(basis.mean)) / SCALING)


def _start_decoder(decoder: nn.Module, basis: Basis) -> None:
    """Residual blocks begin as nothing, and 16 channels carry ±latents through to the mean colour of the block.

    From here the decoder learns in minutes what takes hours from random weights.
    """
    for block in decoder.modules():
        if isinstance(block, AutoencoderTinyBlock):
            last = block.conv[-1]
            assert isinstance(last, nn.Conv2d)
            assert last.bias is not None
            last.weight.mul_(0.1)
            last.bias.zero_()
    first, *middle, final = _convolutions(decoder)
    both = 2 * CHANNELS
    assert first.bias is not None
    assert final.bias is not None
    first.weight[:both] = 0
    first.bias[:both] = 0
    for channel in range(CHANNELS):
        first.weight[channel, channel, 1, 1] = 1
        first.weight[CHANNELS + channel, channel, 1, 1] = -1
    for layer in middle:
        layer.weight[:both] = 0
        for channel in range(both):
            layer.weight[channel, channel, 1, 1] = 1
    colour = torch.from_numpy(basis.decode.reshape(BLOCK * BLOCK, 3, CHANNELS).mean(0)) * SCALING  # (3, 8)
    final.weight.mul_(0.1)
    final.weight[:, :both] = 0
    final.weight[:, :CHANNELS, 1, 1] = colour
    final.weight[:, CHANNELS:both, 1, 1] = -colour
    final.bias.copy_(torch.from_numpy(basis.mean.reshape(BLOCK * BLOCK, 3).mean(0)))
