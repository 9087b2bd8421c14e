"""How the program behaves: declared once (name, type, default, one line of help)."""
