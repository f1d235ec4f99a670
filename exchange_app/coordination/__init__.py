"""How the offices of both sides run an exchange together: who answers for it, which steps are due when, and which
problems they share and what they learnt from them."""
