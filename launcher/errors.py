"""What keeps the launcher from going on."""


class Trouble(Exception):
    """One sentence, for whoever typed the command, that says what is wrong and what to do about it."""
