"""What the agent sees: one file a screen; the only room, with app.py, that knows Textual."""
