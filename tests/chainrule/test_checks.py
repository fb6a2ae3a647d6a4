"""The exercises: every solution is right, every known mistake is recognised, nothing is given away.

The first tests are about how answers are judged, the last ones run over all exercises there are.
"""

import importlib
import inspect
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd.random import generator
from chainrule import checks
from chainrule.checks import AnswerError, check, exercise, nb03, nb11, same, solution
from chainrule.checks.exercise import EXERCISES, failures

for path in sorted(Path(checks.__file__).parent.glob("nb*.py")):
    importlib.import_module(f"chainrule.checks.{path.stem}")

ALL = sorted(EXERCISES)
MISTAKES = [(name, i) for name in ALL for i in range(len(EXERCISES[name].mistakes))]


@pytest.fixture(autouse=True)
def _a_new_session():
    failures.clear()


@pytest.fixture
def doubling():
    @exercise(
        "99.1",
        hints=["one", "two", "three"],
        mistakes=[(lambda x: x**2, "that is the square.")],
        inputs=lambda rng: (rng.normal(size=2),),
    )
    def doubled(x):
        return 2 * x

    yield doubled
    del EXERCISES["99.1"]


# ---- how an answer is judged


def test_code_is_judged_by_what_it_does(doubling, capsys):
    assert check("99.1", lambda x: x + x)
    assert capsys.readouterr().out == "Right!\n"
    assert not check("99.1", lambda x: x * x)
    assert capsys.readouterr().out == "Not yet: that is the square.\nHint 1 of 3: one\n"


def test_every_failure_brings_the_next_hint_and_the_last_one_an_offer(doubling):
    found = [check("99.1", lambda x: -x) for _ in range(4)]
    assert [result.hint for result in found] == [
        "Hint 1 of 3: one",
        "Hint 2 of 3: two",
        "Hint 3 of 3: three",
        'Hint 3 of 3: three Or look: solution("99.1")',
    ]
    assert [result.attempt for result in found] == [1, 2, 3, 4]
    assert check("99.1", doubling)
    assert check("99.1", lambda x: -x).attempt == 1


def test_every_attempt_has_other_numbers(doubling):
    seen = []

    def spy(x):
        seen.append(tuple(x))
        return x

    check("99.1", spy)
    check("99.1", spy)
    assert len(set(seen)) == len(seen) > 2


def test_what_is_wrong_is_said_of_any_answer(doubling):
    say = {
        "is there a return?": lambda x: None,
        "makes shape (), where (2,) is asked for": lambda x: 1.0,
        "gives [": lambda x: -x,
        "your code raised ZeroDivisionError: division by zero": lambda x: 1 / 0,
        "a function is asked for, and 7 is none": 7,
    }
    for phrase, answer in say.items():
        result = check("99.1", answer)
        assert phrase in result.diagnosis
        assert result.status == "wrong"


def test_dots_are_no_answer(doubling, capsys):
    for answer in (..., {"a": 1, "b": ...}, [1, ...]):
        assert check("99.1", answer).status == "open"
    assert capsys.readouterr().out.startswith("Your turn: replace the dots")
    assert not failures


def test_a_judge_decides_where_many_answers_are_right():
    def judge(answer, rng):
        if answer % 2:
            raise AnswerError(f"{answer} is odd.")

    exercise("99.2", hints=["?"] * 3, mistakes=[(0, "0 is too easy.")], judge=judge)(lambda: 2)
    try:
        assert check("99.2", 4)
        assert check("99.2", 3).diagnosis == "3 is odd."
        assert check("99.2", 0).diagnosis == "0 is too easy."
    finally:
        del EXERCISES["99.2"]


def test_the_library_draws_after_a_check_what_it_would_have_drawn_without(doubling):
    ag.manual_seed(0)
    expected = generator().random(3)
    ag.manual_seed(0)
    check("99.1", lambda x: ag.randn(2).data)
    np.testing.assert_array_equal(generator().random(3), expected)


def test_the_solution_is_printed_when_asked_for(capsys):
    solution("05.1")
    told = capsys.readouterr().out
    assert told.startswith("def bce_by_hand")
    assert "exercise(" not in told


def test_names_that_no_exercise_has():
    with pytest.raises(TypeError, match=r"no exercise '05.99'.*\n.*notebook 05 has 05.1"):
        check("05.99", 1)
    with pytest.raises(TypeError, match="no notebook 'x' has exercises"):
        check("x", 1)


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        (1, 1.0000001, True),
        (1, 1.001, False),
        (np.nan, np.nan, True),
        ([1, 2], (1, 2), True),
        ([1, 2], [[1, 2]], False),
        (ag.Tensor([1.0]), np.ones(1), True),
        (ag.Value(2.0), 2, True),
        ("Larger", "larger", True),
        ("1", 1, False),
        (None, 0, False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1}, False),
        ([1, "a"], [1, "a"], True),
        ([1, "a"], [1, "b"], False),
        ([1, "a"], [1], False),
    ],
)
def test_same(a, b, alike):
    assert same(a, b) == alike


# ---- all exercises


@pytest.mark.parametrize("name", ALL)
def test_the_solution_is_right(name):
    for attempt in range(3):
        assert EXERCISES[name].diagnose(EXERCISES[name].reference, attempt) == ""


@pytest.mark.parametrize(("name", "i"), MISTAKES)
def test_a_known_mistake_gets_its_diagnosis(name, i):
    answer, diagnosis = EXERCISES[name].mistakes[i]
    for attempt in range(3):
        assert diagnosis in EXERCISES[name].diagnose(answer, attempt)


@pytest.mark.parametrize("name", ALL)
def test_no_message_holds_the_solution(name):
    one = EXERCISES[name]
    said = [*one.hints, *[diagnosis for _, diagnosis in one.mistakes]]
    assert len(one.hints) == 3
    assert len(set(one.hints)) == 3
    answer = str(one.reference)
    body = inspect.getsource(one.solution).rpartition("return ")[2].strip()
    for text in said:
        assert body not in text
        assert callable(one.reference) or len(answer) < 3 or answer not in text


def chain_by_recursion(root):
    """The order as most tutorials find it."""
    found, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for source in node.args:
                visit(source)
            found.append(node)

    visit(root)
    return found[::-1]


def as_found(root):
    """The nodes, each when it is first seen."""
    found = [root]
    for node in found:
        found += [source for source in dict.fromkeys(node.args) if source not in found[-50:]]
    return found


def barely_trained(model, X, y):
    """Few and small steps."""
    nb11.trained(model, np.repeat(X, 4, axis=0), np.repeat(y, 4), lr=0.01, epochs=9)


def hunted(*parts):
    """A hunt that knows only how to try these parts, each by one operation alone."""
    formulas = {
        "-": (lambda x, y: (x - y) * 2, (0.8, 0.3)),
        "tanh": (lambda x, y: x.tanh(), (0.8, 0.3)),
        "relu": (lambda x, y: x.relu(), (0.8, 0.3)),
    }
    return lambda engine: next(
        (part for part in parts if not nb03.agrees(engine, *formulas[part])), "none"
    )


BY_HEART = EXERCISES["11.2"].solution
NAMES, CURED = EXERCISES["11.4"].reference


@pytest.mark.parametrize(
    ("name", "answer", "phrase"),
    [
        ("03.2", (lambda s, o: o + s, lambda s, o: s * -1 + o), "without end"),
        ("03.2", (lambda s, o: s + o, lambda s, o: s - o), "the Value minus the number"),
        ("03.2", (lambda s, o: s.data + o, lambda s, o: s * -1 + o), "nothing is recorded"),
        ("03.2", (lambda s, o: s + o,) * 2, "which is not it"),
        ("03.2", lambda s, o: s + o, "give both functions"),
        ("03.3", chain_by_recursion, "breaks on a chain of 20,000"),
        ("03.3", as_found, "only in place"),
        ("03.3", lambda root: as_found(root)[::-1], "root comes first"),
        ("03.3", lambda root: [root], "and 1 in your list"),
        ("03.3", lambda root: [root, root], "comes twice"),
        ("03.3", lambda root: root, "a list of nodes is asked for"),
        ("03.4", lambda f, x: (f(x + 1e-8) - f(x)) / 1e-8, "the error is"),
        ("03.4", lambda f, x: (f(x + 1e-12) - f(x - 1e-12)) / 2e-12, "the error is"),
        ("03.4", lambda f, x: (f(x + 1e-5) - f(x - 1e-5)) / 1e-5, "2h apart"),
        ("03.4", lambda f, x: (f(x - 1e-5) - f(x + 1e-5)) / 2e-5, "wrong sign"),
        ("03.5", hunted("-", "tanh", "relu"), "slipped through"),
        ("03.5", lambda engine: "order", "you blame 'order'"),
        ("03.5", lambda engine: "wheel", "'wheel' is no part of an engine"),
        ("06.1", lambda g, shape: g, "back to (4,): yours has shape (3, 4)"),
        ("06.1", lambda g, shape: np.ones(shape), "the shape is right, the numbers are not"),
        ("06.2", lambda A, B, G: (G @ B.T, A.T @ G), "(3,) @ (3, 4)"),
        ("06.2", lambda A, B, G: G, "return two arrays"),
        ("06.2", lambda A, B, G: (A, B), "the right shape, not the right numbers"),
        ("06.4", lambda p, t: ((p - t) ** 2).mean(), "differences in place of"),
        ("06.4", lambda p, t: ((p.ravel() - t.ravel()) ** 2).sum(), "the mean is asked for"),
        ("06.4", lambda p, t: (p.ravel() - t.ravel()) ** 2, "a single number is asked for"),
        ("11.1", lambda X, y: nb11.network(), "Is it trained at all?"),
        ("11.1", lambda X, y: nb11.trained(nb11.network(), X, y, 0.1, 3), "it has not seen"),
        ("11.1", lambda X, y: None, "return the trained model"),
        ("11.2", lambda model, X, y: None, "Was step() called?"),
        ("11.2", barely_trained, "after your training"),
        ("11.2", lambda model, X, y: BY_HEART(nb11.network(), X, y), "Was step() called?"),
        ("11.3", lambda p, d, out, s, x: nb11.parts(p, d) @ out * x, "the unit was off"),
        ("11.3", lambda p, d, out, s, x: nb11.parts(p, d) @ out * (s > 0), "multiplies the pixel"),
        ("11.3", lambda p, d, out, s, x: p @ out * (s > 0) * x, "the truth is missing"),
        ("11.3", lambda p, d, out, s, x: nb11.parts(p, d) @ out * max(s, 0) * x, "s itself"),
        ("11.4", ({**NAMES, "B": "wrong sign"}, CURED), "five of six are right. Script B"),
        ("11.4", (NAMES, lambda X, y: nb11.network()), "the names are right"),
        ("11.4", NAMES, "give both"),
    ],
)
def test_what_a_judge_says_of_a_wrong_answer(name, answer, phrase):
    assert phrase in EXERCISES[name].diagnose(answer)
