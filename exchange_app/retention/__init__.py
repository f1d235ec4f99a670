"""How long what is kept about people stays, how they see it or have it deleted, and what is done when it got into wrong
hands."""
