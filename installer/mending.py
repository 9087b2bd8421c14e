"""Finds packages that an interrupted pip left half-unpacked, or that were damaged since."""

from __future__ import annotations

import base64
import csv
import hashlib
import shutil
from pathlib import Path


def mend(site_packages: Path, deep: bool = False) -> list[str]:
    """Forgets every package that an interrupted pip left half-unpacked, so that pip installs it anew.

    A package is whole when each file in its RECORD is there with its size (deep: and its SHA-256).
    Returns the names of those that were not.
    """
    damaged: list[str] = []
    for left_over in site_packages.glob("~*"):  # where pip puts a package it is about to replace
        shutil.rmtree(left_over, ignore_errors=True)
    for info in sorted(site_packages.glob("*.dist-info")):
        if not whole(info, deep):
            damaged.append(info.name.split("-")[0])
            shutil.rmtree(info)
    return damaged


def whole(info: Path, deep: bool) -> bool:
    """Whether a package's files are as its RECORD (PEP 376, PEP 427) says; compiled ones do not count."""
    try:
        rows = list(csv.reader((info / "RECORD").read_text(encoding="utf-8").splitlines()))
    except (OSError, csv.Error, UnicodeDecodeError):
        return False
    finished = False
    for row in rows:
        if len(row) != 3:
            return False
        path, mark, size = row
        finished = finished or path == f"{info.name}/INSTALLER"  # pip adds this line when all else is done
        if size and not path.endswith(".pyc") and not intact(info.parent / path, mark if deep else "", int(size)):
            return False
    return finished and (info / "METADATA").exists()


def intact(path: Path, mark: str, size: int) -> bool:
    """Whether a file has this size and, if a mark such as sha256=... is given, this content."""
    try:
        if path.stat().st_size != size:
            return False
        algorithm, _, expected = mark.partition("=")
        if algorithm != "sha256":
            return True
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return False
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode() == expected
