"""What picture files hold besides pixels, read without decoding them, and written so that others can read it, too."""
