"""Docked panels: prompt, results, queue."""
