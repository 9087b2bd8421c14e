"""A keyring in place of the system's."""

from __future__ import annotations


class Ring:
    """kept: what it keeps, by service and name."""

    def __init__(self, kept: dict[tuple[str, str], str]) -> None:
        self.kept = kept

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        self.kept.pop((service, name))
