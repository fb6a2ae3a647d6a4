"""What the tests of stored pictures share: the words of a picture."""

import re


def texts(picture):
    """All words and numbers of an SVG; where they stand depends on the fonts of the machine."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text(encoding="utf-8"))
