"""The prompt panel: what to make, and how."""
