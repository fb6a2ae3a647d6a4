"""What the tests of stored pictures share: the words of a picture."""

import re


def texts(picture):
    """All words and numbers of an SVG; where they stand depends on the fonts of the machine."""
    found = re.findall(r"<text[^>]*>(.*?)</text>", picture.read_text(encoding="utf-8"))
    return [re.sub(r"<[^>]*>", "", words) for words in found]
