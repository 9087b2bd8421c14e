"""Sfumato: a desktop studio for painting with diffusion models."""

__version__ = "0.1.0"
