"""What the modules of the command line share."""

from __future__ import annotations

import argparse
from typing import TypeAlias

# argparse returns this type from add_subparsers() and gives it no public name; at run time it takes no parameter
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # pyright: ignore[reportPrivateUsage]
