"""Pictures to weights: data, codec, denoiser, evaluation; the recipe of the embedded model."""
