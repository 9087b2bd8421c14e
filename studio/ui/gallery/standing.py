"""What is selected in the gallery, as far as it decides what can be done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """count: of selected pictures. source: of the one that is selected, else "". trash: its content is shown.

    viewing: one is shown large. alike: pictures like one are shown. any: there are pictures to choose from.
    """

    count: int = 0
    source: str = ""
    trash: bool = False
    viewing: bool = False
    alike: bool = False
    any: bool = False

    @property
    def some(self) -> bool:
        """Any selected pictures outside of the trash."""
        return self.count > 0 and not self.trash

    @property
    def one(self) -> bool:
        """Exactly one."""
        return self.count == 1 and not self.trash

    @property
    def two(self) -> bool:
        """Exactly two."""
        return self.count == 2 and not self.trash

    @property
    def told(self) -> bool:
        """One picture whose file says how it was made."""
        return self.one and self.source not in ("", "plain")
