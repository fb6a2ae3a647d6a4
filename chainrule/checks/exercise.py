"""What an exercise is, and how an answer is judged: by what it is or does, never by its text."""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from textwrap import fill
from typing import Any

import numpy as np

from autograd.data import raw
from autograd.errors import lesson
from autograd.random import replaying

Generator = np.random.Generator
ROUNDS = 4  # how often code is run on new inputs
WIDTH = 100

EXERCISES: dict[str, Exercise] = {}
failures: Counter[str] = Counter()  # since the session began, or the last right answer


class AnswerError(Exception):
    """What is wrong with an answer, in a sentence to the learner."""


@dataclass(frozen=True)
class Result:
    """What `check` found; true if the answer is right.

    status: "right", "wrong" or "open" (not answered). attempt: which failure in a row this is.
    diagnosis, hint: what was said.
    """

    exercise: str
    status: str
    attempt: int = 0
    diagnosis: str = ""
    hint: str = ""

    def __bool__(self) -> bool:
        return self.status == "right"

    def __str__(self) -> str:
        if self.status == "right":
            return "Right!"
        if self.status == "open":
            return "Your turn: replace the dots, then run this cell again."
        hint = fill(self.hint, WIDTH, subsequent_indent="    ")
        return fill(f"Not yet: {self.diagnosis}", WIDTH, subsequent_indent="    ") + "\n" + hint

    def _ipython_display_(self) -> None:
        """Show nothing: `check` has printed it."""


@dataclass(frozen=True)
class Exercise:
    """One exercise; see the head of this package for what its parts mean."""

    name: str
    solution: Callable[..., Any]
    hints: Sequence[str]
    mistakes: Sequence[tuple[Any, str]] = ()
    inputs: Callable[[Generator], tuple[Any, ...]] | None = None
    judge: Callable[[Any, Generator], None] | None = None
    tolerance: float = 1e-6

    @property
    def reference(self) -> Any:
        """A right answer."""
        code = self.inputs or inspect.signature(self.solution).parameters
        return self.solution if code else self.solution()

    def diagnose(self, answer: Any, attempt: int = 0) -> str:
        """What is wrong with the answer; nothing, if it is right. Judges code by running it."""
        seed = [*map(int, self.name.split(".")), attempt]
        with replaying(np.random.default_rng(seed).bit_generator.state), np.errstate(all="ignore"):
            try:
                self._require_right(answer, seed)
            except AnswerError as found:
                return str(found)
        return ""

    def _require_right(self, answer: Any, seed: list[int]) -> None:
        got = self._observed(answer, seed)
        if self.judge is None and self._agree(got, self.reference, seed):
            return
        for mistake, diagnosis in self.mistakes:
            if self._agree(got, mistake, seed):
                raise AnswerError(diagnosis)
        if self.judge is None:
            wanted = self._observed(self.reference, seed)
            raise AnswerError(difference(got, wanted, self._arguments(seed), self.tolerance))
        ran(self.judge, answer, np.random.default_rng(seed))

    def _agree(self, got: Any, other: Any, seed: list[int]) -> bool:
        try:
            return same(got, self._observed(other, seed), self.tolerance)
        except AnswerError:  # the mistake is that it raises
            return False

    def _observed(self, answer: Any, seed: list[int]) -> Any:
        """The answer itself; of code, what it returns on the inputs of every round."""
        if self.inputs is None:
            return answer
        if not callable(answer):
            raise AnswerError(f"a function is asked for, and {answer!r} is none.")
        return [ran(answer, *arguments) for arguments in self._arguments(seed)]

    def _arguments(self, seed: list[int]) -> list[tuple[Any, ...]]:
        if self.inputs is None:
            return []
        rng = np.random.default_rng(seed)
        return [self.inputs(rng) for _ in range(ROUNDS)]


def exercise(
    name: str,
    *,
    hints: Sequence[str],
    mistakes: Sequence[tuple[Any, str]] = (),
    inputs: Callable[[Generator], tuple[Any, ...]] | None = None,
    judge: Callable[[Any, Generator], None] | None = None,
    tolerance: float = 1e-6,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function the solution of the exercise `name`.

    name: notebook and number, such as "05.1". hints: three, shown one by one as attempts fail.
    mistakes: (wrong answer, diagnosis) pairs. inputs: draws arguments for code.
    judge: decides where many answers are right. tolerance: absolute, and relative to numbers > 1.
    """

    def register(solution: Callable[..., Any]) -> Callable[..., Any]:
        EXERCISES[name] = Exercise(name, solution, hints, mistakes, inputs, judge, tolerance)
        return solution

    return register


def check(name: str, *answers: Any) -> Result:
    """Judge an answer: say that it is right, or what is wrong with it, and a hint.

    Several answers are judged as one tuple. Dots (...) anywhere mean: not answered yet. The first
    failure brings the first hint, the next ones bring the others. Raises E24 for an unknown name.

    >>> _ = check("05.1", 0.5516)
    Not yet: that is the sum of the three costs; the loss is their mean.
    Hint 1 of 3: Each prediction costs −ln of the probability that it gave to what really happened.
    """
    exercise = find(name)
    answer = answers[0] if len(answers) == 1 else answers
    if is_open(answer):
        result = Result(name, "open")
    elif diagnosis := exercise.diagnose(answer, failures[name]):
        failures[name] += 1
        result = Result(name, "wrong", failures[name], diagnosis, advice(exercise, failures[name]))
    else:
        failures.pop(name, None)
        result = Result(name, "right")
    print(result)
    return result


def solution(name: str) -> None:
    """Print a solution of the exercise."""
    lines = inspect.getsource(find(name).solution).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("def "))
    print("\n".join(lines[start:]))


def find(name: str) -> Exercise:
    """The exercise of that name. Raises E24 if there is none."""
    notebook = name.partition(".")[0]
    if notebook.isdecimal():
        try:
            importlib.import_module(f"{__package__}.nb{notebook}")
        except ModuleNotFoundError as missing:
            if missing.name != f"{__package__}.nb{notebook}":
                raise
    if name in EXERCISES:
        return EXERCISES[name]
    known = ", ".join(other for other in EXERCISES if other.startswith(f"{notebook}."))
    what = f"there is no exercise {name!r}"
    why = f"notebook {notebook} has {known}" if known else f"no notebook {notebook!r} has exercises"
    raise lesson("E24", what=what, why=why, fix='check("05.1", answer)   notebook, dot, number')


def advice(exercise: Exercise, failed: int) -> str:
    """The hint for this failure; after the last one also where the solution is."""
    count = len(exercise.hints)
    hint = f"Hint {min(failed, count)} of {count}: {exercise.hints[min(failed, count) - 1]}"
    return hint if failed <= count else f'{hint} Or look: solution("{exercise.name}")'


def ran(code: Callable[..., Any], *arguments: Any) -> Any:
    """What the learner's code returns; whatever it raises becomes a diagnosis."""
    try:
        return code(*arguments)
    except AnswerError:
        raise
    except Exception as error:
        raise AnswerError(f"your code raised {type(error).__name__}: {error}") from error


def is_open(answer: Any) -> bool:
    """Whether dots are left in the answer."""
    if isinstance(answer, Mapping):
        answer = list(answer.values())
    return answer is ... or (isinstance(answer, list | tuple) and any(map(is_open, answer)))


def same(a: Any, b: Any, tolerance: float = 1e-6) -> bool:
    """Whether two results agree: numbers within the tolerance, shapes and words exactly.

    >>> same([1, 2.0000001], np.array([1, 2])), same(np.ones((2, 1)), np.ones(2))
    (True, False)
    """
    if isinstance(a, Mapping) or isinstance(b, Mapping):
        alike = isinstance(a, Mapping) and isinstance(b, Mapping) and a.keys() == b.keys()
        return alike and all(same(a[key], b[key], tolerance) for key in a)
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str) and a.lower() == b.lower()
    try:
        x, y = numbers_in(a), numbers_in(b)
    except (TypeError, ValueError):
        rows = isinstance(a, list | tuple) and isinstance(b, list | tuple) and len(a) == len(b)
        return rows and all(same(p, q, tolerance) for p, q in zip(a, b, strict=True))
    return x.shape == y.shape and np.allclose(x, y, tolerance, tolerance, equal_nan=True)


def numbers_in(answer: Any) -> np.ndarray[Any, Any]:
    """The answer as an array. Raises TypeError or ValueError for anything else than numbers."""
    if isinstance(answer, list | tuple):
        return np.array([numbers_in(entry) for entry in answer], float)
    if not isinstance(answer, np.ndarray | Real) and raw(answer) is answer:
        raise TypeError(f"{answer!r} is no number")
    return np.asarray(raw(answer), float)


def difference(
    got: Any, wanted: Any, arguments: Sequence[tuple[Any, ...]], tolerance: float
) -> str:
    """Where the answer differs from the right one, without telling that."""
    if not arguments:
        return f"{shown(got)} is not it."
    pairs = zip(got, wanted, strict=True)
    i = next(i for i, pair in enumerate(pairs) if not same(*pair, tolerance))
    call = ", ".join(shown(argument) for argument in arguments[i])
    if got[i] is None:
        return "your function returns nothing: is there a return?"
    if (found := shape(got[i])) != (expected := shape(wanted[i])):
        return f"of ({call}) your function makes shape {found}, where {expected} is asked for."
    return f"({call}) gives {shown(got[i])}, which is not it."


def shape(result: Any) -> tuple[int, ...] | None:
    """The shape of a result; None if it is not made of numbers."""
    try:
        return tuple(numbers_in(result).shape)
    except (TypeError, ValueError):
        return None


def shown(result: Any) -> str:
    """A result in a sentence: numbers to four digits, long arrays by their shape."""
    result = raw(result)
    if isinstance(result, np.ndarray) and result.size > 8:
        return f"an array of shape {result.shape}"
    if isinstance(result, np.ndarray):
        return np.array2string(result, precision=4, separator=", ").replace("\n", "")
    if isinstance(result, Real) and not isinstance(result, bool | np.bool_):
        return f"{float(result):.6g}"
    return repr(result)
