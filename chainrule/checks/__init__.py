"""Exercises that know the wrong answers: `check("05.1", answer)`.

Each notebook's exercises are a module of this package, `nb05.py` for notebook 05, loaded when one
of them is first asked for. An exercise is its own solution, a function, with what the decorator
`exercise` says about it. If a number (or word, list, dict, array) is asked for, the function
returns it:

    @exercise(
        "01.3",
        hints=["New = old - step.", "The step is lr times gradient.", "Minus times minus is plus."],
        mistakes=[
            (0.9, "You went uphill: new = old MINUS lr · gradient."),
            (1.5, "You subtracted the whole gradient: the learning rate is missing."),
        ],
    )
    def new_weight():
        "What a weight of 1 with gradient -0.5 becomes when lr is 0.2."
        return 1 - 0.2 * (-0.5)

If code is asked for, it takes arguments; `inputs` draws them, anew for every attempt, and the wrong
answers are functions too. An answer is right, or a known mistake, if it returns the same for all of
them:

    @exercise(
        "04.5",
        hints=[...],
        mistakes=[(lambda t, lr: lr, "That never changes the learning rate.")],
        inputs=lambda rng: (rng.integers(100), rng.uniform()),
    )
    def decayed(t, lr):
        "The learning rate in epoch t, halved every ten epochs."
        return lr * 0.5 ** (t // 10)

If many answers are right, `judge(answer, rng)` decides: it returns normally for a right one, and
raises `AnswerError(diagnosis)` for any other. Declare the mistakes here too: those that are values
are looked for first; for those that are code, write a phrase of what the judge is to say of them.

The tests run every exercise in this package: its solution must be right, each mistake must get its
own diagnosis, and no message may hold the solution. So a new module needs no test of its own.
"""

from .exercise import AnswerError, Exercise, Result, check, exercise, same, solution

__all__ = ["Exercise", "AnswerError", "Result", "check", "exercise", "same", "solution"]
