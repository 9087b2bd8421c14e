"""Documents in files, as the window sees them: new, open, save, export, recent ones, and what a crash left."""
