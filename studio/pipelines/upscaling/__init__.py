"""Pictures made larger, in overlapping tiles: by arithmetic, by upscalers, by diffusion."""
