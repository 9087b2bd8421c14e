"""The gallery workspace."""
