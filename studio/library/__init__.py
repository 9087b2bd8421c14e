"""What is on disk: weights, presets and finished pictures. No torch."""
