"""One sampler, many spellings: k-diffusion's, ComfyUI's, diffusers', NovelAI's and InvokeAI's names in the artists'."""

from __future__ import annotations

from functools import lru_cache

from studio.request.errors import BadInput
from studio.request.sampling import Sampler

_ALGORITHMS = {
    "euler": "Euler",
    "eulera": "Euler a",
    "eulerancestral": "Euler a",
    "heun": "Heun",
    "dpm2": "DPM2",
    "dpm2a": "DPM2 a",
    "dpm2ancestral": "DPM2 a",
    "kdpm2": "DPM2",
    "kdpm2a": "DPM2 a",
    "dpmpp2m": "DPM++ 2M",
    "dpmpp2mk": "DPM++ 2M",
    "dpmpp2msde": "DPM++ 2M SDE",
    "dpmpp2msdegpu": "DPM++ 2M SDE",
    "dpmppsde": "DPM++ SDE",
    "dpmppsdegpu": "DPM++ SDE",
    "dpmpp2sa": "DPM++ 2S a",
    "dpmpp2sancestral": "DPM++ 2S a",
    "dpmpp3msde": "DPM++ 3M SDE",
    "dpmpp3msdegpu": "DPM++ 3M SDE",
    "dpmsolvermultistep": "DPM++ 2M",
    "dpmsolver++": "DPM++ 2M",
    "unipc": "UniPC",
    "unipcbh2": "UniPC",
    "deis": "DEIS",
    "ddim": "DDIM",
    "ddimv3": "DDIM",
    "ddpm": "DDPM",
    "lcm": "LCM",
    "lms": "LMS",
    "plms": "PLMS",
    "pndm": "PNDM",
    "dpmfast": "DPM fast",
    "dpmadaptive": "DPM adaptive",
    "restart": "Restart",
}
_SCHEDULES = {
    "karras": "Karras",
    "exponential": "Exponential",
    "polyexponential": "Polyexponential",
    "sgmuniform": "SGM uniform",
    "native": "",
    "normal": "",
    "uniform": "",
    "automatic": "",
    "none": "",
    "": "",
}


@lru_cache(maxsize=1000)
def sampler_name(algorithm: str | None, schedule: str | None = "") -> str | None:
    """The artists' name where it is known here, else the words as given.

    >>> sampler_name("dpmpp_2m", "karras")
    'DPM++ 2M Karras'
    >>> sampler_name("k_euler_ancestral")
    'Euler a'
    >>> sampler_name("DPM++ 2M Karras")
    'DPM++ 2M Karras'
    """
    if not algorithm or algorithm in ("Undefined", "None"):
        return None
    plain = _plain(algorithm)
    ending = "Karras" if plain.endswith(("k", "karras")) and plain.removesuffix("k") in _ALGORITHMS else ""
    known = _ALGORITHMS.get(plain) or _ALGORITHMS.get(plain.removesuffix("k"))
    if known is None:
        try:
            sampler = Sampler.named(algorithm)
            known = sampler.algorithm.value
            ending = sampler.name.removeprefix(known).strip()
        except BadInput:
            known = algorithm.strip()
    more = _SCHEDULES.get(_plain(schedule or ""), (schedule or "").strip())
    if more.lower() in known.lower():
        more = ""
    return f"{known} {more or ending}".strip()


def _plain(name: str) -> str:
    lowered = name.lower().replace("dpm++", "dpmpp")
    lowered = lowered.removeprefix("k_").removesuffix("scheduler").removesuffix("discrete")
    return "".join(sign for sign in lowered if sign.isalnum())
