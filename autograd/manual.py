"""The lessons behind the error codes, to be read without an error: `autograd.help("E07")`."""

from __future__ import annotations

import re
from typing import Any

from .errors import LESSONS, lesson

# A typical case for each lesson whose words come mostly from the place that raises it.
CASES: dict[str, dict[str, Any]] = {
    "E05": {"a": (32, 5), "b": (3, 5), "inner_a": 5, "inner_b": 3, "fix": "x @ y.T"},
    "E05b": {"subscripts": "ij,jk", "what": "2 operands were named, but there is 1"},
    "E06": {"layer": "'fc1' = Linear(3, 2)", "expected": 3, "shape": (4, 5),
            "fix": "nn.Linear(5, 2)"},
    "E06c": {"layer": "BatchNorm1d(3)", "takes": "(N, C) with C = 3", "shape": (4, 5),
             "fix": "x.reshape(-1, 3)"},
    "E06s": {"layer": "LayerNorm((3,))", "expected": (3,), "shape": (4, 5),
             "fix": "nn.LayerNorm(5)"},
    "E07": {"loss": "MSELoss", "prediction": (100, 1), "target": (100,),
            "clash": "would broadcast to (100, 100)", "fix": "target = target.reshape(-1, 1)",
            "why": "every prediction would be compared with every target."},
    "E08": {"loss": "CrossEntropyLoss", "shape": (32,), "last": 9,
            "target": (32, 10), "fix": "y = y.argmax(axis=-1)"},
    "E09": {"what": "the target has label 10, but there are 10 classes (0..9).",
            "fix": "y = y - 1"},
    "E09e": {"layer": "Embedding(10, 4)", "what": "got index 10, but there are 10 rows",
             "last": 9, "fix": "nn.Embedding(11, 4)"},
    "E10": {"classes": 10, "others": 9, "floor": 1.46115},
    "E15": {"size": 3, "question": "True or False for which?", "fix": "(t > 0).all()"},
    "E16": {"function": "np.interp", "fix": "np.interp(t.detach().numpy(), ...)"},
    "E17": {"layer": "Dropout(p=0.5, drops 50 %)", "act": "drops other numbers at every call"},
    "E18": {"detail": ": the generator was already used up"},
    "E18b": {"what": "'w' had shape (2,) when the optimizer was built, and has (3,) now"},
    "E19b": {"option": "alpha", "allowed": "in [0, 1)", "value": 1.5, "fix": "alpha=0.99"},
    "E19h": {"lr": 0, "effect": "nothing would change"},
    "E20": {"what": "batch_size must be 1 or more; got 0.",
            "fix": "DataLoader(X, y, batch_size=32)"},
    "E20s": {"what": "test_size=1.0 leaves nothing to train on"},
    "E21": {"op": "log", "bad": "-inf", "inputs": "finite numbers: 'p' with min = 0, max = 1",
            "line": "train.py, line 12", "fix": "(p + 1e-12).log()"},
    "E21h": {"root": "'loss' (op mean)", "value": "nan", "fix": "(p + 1e-12).log()",
             "where": "op 'log', which made -inf from finite numbers: 'p' with min = 0, max = 1"},
    "E21t": {"what": "the loss is nan", "epoch": 3, "losses": "2.3, 4.1, 1e+12",
             "cause": "op 'exp' made inf from finite numbers", "fix": "a smaller learning rate"},
    "E23": {"what": "rows have different lengths: 1 and 2", "fix": "make all rows equally long"},
    "E24": {"what": "you passed the class nn.ReLU", "why": "a layer is built before it is used",
            "fix": "nn.ReLU()"},
    "E24b": {"what": "Dropout: p must be between 0 and 1; got 1.5", "fix": "nn.Dropout(0.5)",
             "why": "p is the probability of dropping a number"},
    "E24c": {"module": "Sequential",
             "misfits": "    0.weight: expected shape (3, 2), found shape (4, 2)",
             "fix": "nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1))"},
    "E26b": {"what": "'loss.gif' is not a kind of picture", "fix": "draw(loss).save('loss.svg')"},
    "E26f": {"what": "a filmstrip of 0 panels cannot be drawn: n is a whole number from 1",
             "fix": "play(loss).filmstrip(n=6)"},
    "E26p": {"what": "there is no module 'fc9' in this graph", "fix": 'draw(loss, expand="fc1")'},
    "E26r": {"what": "this frame and the one before differ in the parameters 'w'",
             "fix": "run.frame(loss.item(), parameters)   with the same names each time"},
    "E27": {"what": "'w' holds text", "fix": "save numbers only"},
    "E27c": {"what": "the checkpoint run.safetensors is damaged",
             "fix": "trainer.fit(..., resume=older)   or start the run again"},
    "E28b": {"what": "inv: the matrix is singular", "why": "its rows depend on each other",
             "fix": "np.linalg.lstsq(a.numpy(), b)"},
    "E29": {"what": "a kernel of 5 over 3 entries", "fix": "a smaller kernel, or padding=1"},
    "E31": {"function": "Cube", "what": "backward returned a gradient of shape () for input 0",
            "why": "a gradient has one entry for each entry of its input",
            "fix": "return grad * 3 * x**2"},
}  # fmt: skip


def help(code: str) -> None:
    """Print the lesson behind an error code; <words> stand for what varies.

    >>> help("E18")
    the optimizer received no parameters: the generator was already used up.
      Why:  it updates what it is given when it is built, and a generator can be read only once.
      Fix:  optimizer = optim.SGD(model.parameters(), lr=0.1)
      See:  E18, notebook 08
    ...
    """
    keys = [key for key in LESSONS if key[:3] == code.strip().upper()[:3]]
    if not keys:
        known = ", ".join(sorted({key[:3] for key in LESSONS}))
        raise lesson("E24b", what=f"there is no lesson {code!r}", why=f"the codes are {known}",
                     fix='autograd.help("E01")')  # fmt: skip
    print("\n\n".join([str(lesson(key, **case(key))) for key in keys]))


def case(key: str) -> dict[str, Any]:
    """Facts to fill in a lesson's words: of a typical case, or the facts' names."""
    names = re.findall(r"{(\w+)", " ".join(LESSONS[key][1:4]))
    return {name: Name(name) for name in names} | CASES.get(key, {})


class Name(str):
    """The name of a fact, as <name>, in whatever format the words ask for."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return "<" + self + ">"

    __repr__ = __str__ = lambda self: "<" + str.__str__(self) + ">"
