"""How each program writes down how a picture was made: one reader each, and the table of them."""
