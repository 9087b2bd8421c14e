"""How weights are stored: by how most of their bytes are written."""

from __future__ import annotations

from collections import Counter
from math import prod

from studio.library.recognition.header import Header

_PRECISIONS = {
    "F64": "fp64",
    "F32": "fp32",
    "F16": "fp16",
    "BF16": "bf16",
    "F8_E4M3": "fp8",
    "F8_E5M2": "fp8",
    "F8_E4M3FNUZ": "fp8",
    "F8_E5M2FNUZ": "fp8",
    "F4": "fp4",
    "I8": "int8",
}


def precision_of(header: Header) -> str:
    """Such as "fp16", "fp8", "nf4", "int4" or, of GGUF, "q4_k"; "" when there is nothing to tell from."""
    counts: Counter[str] = Counter()
    for tensor in header.tensors.values():
        counts[tensor.dtype] += prod(tensor.shape)
    if not counts:
        return ""
    if header.format == "gguf":
        quantised = {dtype: count for dtype, count in counts.items() if dtype not in _PRECISIONS}
        dtype = max(quantised or counts, key=lambda each: counts[each])
        return _PRECISIONS.get(dtype, dtype.lower())
    packed = _packed(header)
    return packed or _PRECISIONS.get(counts.most_common(1)[0][0], "")


def _packed(header: Header) -> str:
    """Four bits in bytes: bitsandbytes says so in the names beside a weight, Nunchaku calls them qweight."""
    for name in header.tensors:
        if "bitsandbytes__nf4" in name:
            return "nf4"
        if "bitsandbytes__fp4" in name:
            return "fp4"
        if name.endswith(".wscales"):
            return "int4"
        if name.endswith(".SCB"):
            return "int8"
    return ""
