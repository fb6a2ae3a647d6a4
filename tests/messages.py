"""What the message tests share: the line that a message says to write instead."""

import re


def fix_of(error):
    """The code of a message's Fix: up to the words that may follow it."""
    return re.split(r"   |, or ", re.search(r"Fix:  (.*)", str(error))[1])[0]
