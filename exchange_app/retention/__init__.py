"""How long what is kept about people stays, who may see or have deleted what is kept about them, and what is done when it
got into wrong hands."""
