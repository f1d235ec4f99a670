"""Whether a password is easily guessed: zxcvbn knows what everybody tries, and how to put it together.

Its lists take 13 MB and some passwords keep it busy for seconds, so it works in a process of its own that ends with its
answer. That process runs this very file and knows nothing of the application.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Collection

LEAST_SCORE = 3  # of 4: safely unguessable for whoever has to ask us, and hard for whoever has the hash
LONGEST_LOOKED_AT = 72  # what zxcvbn takes; a longer password is no weaker than its beginning
MOST_SECONDS = 10.0

_two_at_a_time = threading.BoundedSemaphore(2)


def is_easily_guessed(password: str, words: Collection[str]) -> bool:
    """``words`` are those that somebody would try first for this very account. What cannot be guessed in MOST_SECONDS
    is not easily guessed."""
    question = json.dumps([password[:LONGEST_LOOKED_AT], list(words)])
    with _two_at_a_time:
        try:
            answered = subprocess.run(
                [sys.executable, "-I", __file__],
                input=question,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                timeout=MOST_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return False
    return int(answered.stdout) < LEAST_SCORE


def _answer() -> None:
    """What the other process does."""
    from zxcvbn import zxcvbn

    password, words = json.load(sys.stdin)
    sys.stdout.write(str(zxcvbn(password, user_inputs=words, max_length=LONGEST_LOOKED_AT)["score"]))


if __name__ == "__main__":
    _answer()
