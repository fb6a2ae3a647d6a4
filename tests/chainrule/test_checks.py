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
from chainrule.checks import AnswerError, check, exercise, same, solution
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
