"""Parts of sentences that several rooms say to people."""

from __future__ import annotations

from collections.abc import Sequence


def listed(words: Sequence[str]) -> str:
    """Several things in a row.

    >>> listed(["weights", "BREAK", "AND"]), listed(["weights"])
    ('weights, BREAK and AND', 'weights')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
