"""The Models workspace: all weights on this machine, and more to be had."""
