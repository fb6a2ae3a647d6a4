"""Messages: every row of the table has what happened, why, and a line to write instead."""

import re
import string

import pytest

from autograd import Hint, Tensor, Value, errors
from autograd.errors import LESSONS, describe, lesson

KINDS = {
    errors.GraphError: RuntimeError, errors.ShapeError: ValueError, errors.DataError: ValueError,
    errors.KindError: TypeError, errors.GradcheckError: AssertionError, Hint: UserWarning,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_our_exceptions_are_pythons_too(kind):
    assert issubclass(kind, KINDS[kind])


class Anything:
    """Stands in for a fact, in whatever format the words ask for."""

    def __format__(self, spec):
        return "a fact"


@pytest.mark.parametrize("code", LESSONS)
def test_every_message_says_what_why_fix_and_where_to_read_on(code):
    row = LESSONS[code]
    words = " ".join(row[1:4])
    facts = {name for _, name, _, _ in string.Formatter().parse(words) if name}
    error = lesson(code, **{name: Anything() for name in facts})
    assert type(error) is row.kind
    form = rf"\S.+\n  Why:  \S.+\n  Fix:  \S.+\n  See:  {code[:3]}, notebook \d\d.*"
    assert re.fullmatch(form, str(error), re.DOTALL)
    assert "{" not in str(error)
    lines = str(error).splitlines()
    assert len(lines) <= 8
    assert max(map(len, lines)) <= 100


def test_a_missing_fact_is_noticed():
    with pytest.raises(KeyError):
        lesson("E01")


def test_nodes_are_named_in_messages():
    w, t = Value(2.0, name="w"), Tensor([1.0, 2.0])
    assert describe(w) == "'w'"
    assert describe(t) == "a Tensor of shape (2,)"
    loss = w * w
    assert describe(loss) == "a Value made by op *"
    loss.name = "loss"
    assert describe(loss) == "'loss' (op *)"
    assert describe((1, 2)) == (1, 2)
