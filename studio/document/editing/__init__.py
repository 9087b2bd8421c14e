"""Edits by diffusion: what the button will do, where it looks, at what size it works, how its result is joined."""
