"""The matrix notices every wrong rule: each one is put wrong by a thousandth, in turn.

An operation that the matrix never meets cannot be noticed, so all rules of the table are looked
for, and each has to be among those put wrong. Likewise `fit`, which sums what broadcasting
repeated, is left out of one operation after the other.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import matrix
import pytest
from evidence import CaseError, Run, check, leaf, pulled, pushed_through, setting
from matrix import COUNTS, Case

import autograd.local
import autograd.op
from autograd import Node, history
from autograd.op import Op


def graph_of(case: Case) -> tuple[set[Op], set[Op]]:
    """The operations that a case records: going forward, and in its gradients."""
    inputs, _, weights, directions = setting(case, 0)
    run = Run(case, inputs, weights, directions)
    first = pulled(run.results, map(leaf, weights), run.leaves, graph=True)
    second = pulled(first, map(leaf, directions[0]), run.leaves, graph=True)
    pushed, _ = pushed_through(case, inputs, weights, directions[0])
    gradients = [*first, *second, *pushed]
    roots = [[x for x in xs if isinstance(x, Node)] for xs in (run.results, gradients)]
    forward, backward = [
        {node.op for x in some for node in history(x) if node.op is not None} for some in roots
    ]
    return forward, backward - forward


def cases_of_operations() -> dict[Op, list[Case]]:
    """Which cases tell about an operation: those of its own row, or all that need it backward."""
    own: dict[Op, list[Case]] = {}
    elsewhere: dict[Op, list[Case]] = {}
    for row in matrix.ROWS:
        here: dict[Op, list[Case]] = {}
        for case in row.cases() if row.order else ():
            forward, backward = graph_of(case)
            for op in forward:
                here.setdefault(op, []).append(case)
            for op in backward:
                elsewhere.setdefault(op, []).append(case)
        for op, cases in here.items():
            own.setdefault(op, cases)
    return {**elsewhere, **own}


CASES: dict[Op, list[Case]] = {}


@pytest.fixture(scope="module", autouse=True)
def cases():
    CASES.update(cases_of_operations())
    yield
    CASES.clear()


class Mutant(NamedTuple):
    name: str
    op: Op
    part: str
    replacement: Any
    shows: type[Exception] = CaseError


def off(share: Any) -> Any:
    """A thousandth more; a slope of 0 becomes a thousandth."""
    if share is None:
        return None
    if isinstance(share, tuple):
        return type(share)(map(off, share))
    return 0.001 if type(share) in (int, float) and share == 0 else share * 1.001


def wrong(rule: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **static: off(rule(*args, **static))


def wrong_rules(op: Op) -> Iterator[Mutant]:
    for i, rule in enumerate(op.rules):
        if rule is not None:
            rules = (*op.rules[:i], wrong(rule), *op.rules[i + 1 :])
            yield Mutant(f"rule {i} of {op.name}", op, "rules", rules)


def wrong_pulls(op: Op) -> Iterator[Mutant]:
    """For an operation without rules, which sends its shares itself: one of them put wrong."""

    class WrongPull(type(op)):
        __slots__ = ()

        def pull(self, g, node, create_graph=False):
            (source, share), *rest = super().pull(g, node, create_graph)
            return [(source, off(share)), *rest]

    class WrongShare(type(op)):
        __slots__ = ()

        def share(self, i, g, z, args, static):
            return off(super().share(i, g, z, args, static))

    yield Mutant(f"pull of {op.name}", op, "__class__", WrongPull)
    if "share" in vars(type(op)):
        yield Mutant(f"share of {op.name}", op, "__class__", WrongShare)


DROPPED: list[Op] = []


@contextmanager
def unsummed(op: Op) -> Iterator[None]:
    """`fit` without its sums, noting where it should have summed."""
    fit = autograd.op.fit

    def drop(share: Any, like: Any) -> Any:
        if getattr(share, "shape", ()) == getattr(like, "shape", ()):
            return fit(share, like)
        DROPPED.append(op)
        return share

    autograd.op.fit = autograd.local.fit = drop
    try:
        yield
    finally:
        autograd.op.fit = autograd.local.fit = fit


def without_fit(op: Op) -> Mutant:
    class Unsummed(type(op)):
        __slots__ = ()

        def pull(self, g, node, create_graph=False):
            with unsummed(self):
                return super().pull(g, node, create_graph)

    return Mutant(f"fit of {op.name}", op, "__class__", Unsummed, Exception)


def noticed(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether one of the operation's cases fails while the mutant is in its place.

    A wrong rule has to be found by its numbers: that it raises something would not count.
    """
    with monkeypatch.context() as patch:
        patch.setattr(mutant.op, mutant.part, mutant.replacement)
        for case in CASES[mutant.op]:
            try:
                check(case)
            except mutant.shows:
                return True
    return False


def broadcasts(op: Op, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a gradient of this operation is ever summed by `fit`."""
    mutant = without_fit(op)
    DROPPED.clear()
    with monkeypatch.context() as patch:
        patch.setattr(op, mutant.part, mutant.replacement)
        for case in CASES[op]:
            inputs, _, weights, directions = setting(case, 0)
            try:
                Run(case, inputs, weights, directions).gradient(1)
            except Exception:
                DROPPED.append(op)
            if DROPPED:
                return True
    return False


def survivors(mutants: list[Mutant], kind: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    counts = dict(COUNTS)  # of the matrix alone
    living = [mutant.name for mutant in mutants if not noticed(mutant, monkeypatch)]
    COUNTS.clear()
    COUNTS.update(counts)
    COUNTS[f"of {len(mutants)} {kind} noticed"] = len(mutants) - len(living)
    return living


def test_every_wrong_rule_is_noticed(monkeypatch):
    mutants = [m for op in CASES for m in (wrong_rules(op) if op.rules else wrong_pulls(op))]
    assert len(mutants) > len(CASES)
    assert survivors(mutants, "wrong rules", monkeypatch) == []


def test_every_gradient_left_unsummed_is_noticed(monkeypatch):
    mutants = [without_fit(op) for op in CASES if broadcasts(op, monkeypatch)]
    assert len(mutants) > 10
    assert survivors(mutants, "dropped sums", monkeypatch) == []


def test_rules_left_right_are_not_noticed(monkeypatch):
    mutants = [Mutant("the same", op, "rules", op.rules) for op in list(CASES)[::15]]
    assert survivors(mutants, "right rules", monkeypatch) == [mutant.name for mutant in mutants]
    del COUNTS[f"of {len(mutants)} right rules noticed"]


def test_no_rule_of_the_table_is_left_out():
    def in_table(op: Op) -> bool:
        modules = [getattr(f, "__module__", None) or "" for f in op.rules]
        return any([module.startswith("autograd.ops.") for module in modules])

    table = [op for op in gc.get_objects() if isinstance(op, Op) and in_table(op)]
    assert table
    assert [op.name for op in table if op not in CASES] == []
