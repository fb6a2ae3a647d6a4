"""Weight updates: optimizers, batches, and the training loop.

Read `optimizer.py` for the one idea (all parameters are one vector), `descent.py`, `adaptive.py`
and `second_order.py` for the rules, `lr_scheduler.py` for schedules, `batches.py` for batch size,
iterations and epochs, `training.py` for the loop.

The rules are relatives. Never to reset gradients is to have momentum 1; Adam without its mean and
its correction is RMSprop; without any memory it is the sign of the gradient:

>>> from autograd import Value
>>> def walk(make, reset=True):
...     w, path = Value(3.0), []
...     optimizer = make([w])
...     for _ in range(4):
...         (w * w).backward()
...         optimizer.step()
...         path.append(round(w.data, 6))
...         if reset:
...             optimizer.zero_grad()
...     return path
>>> rolling = walk(lambda w: SGD(w, lr=0.125, momentum=1))
>>> rolling == walk(lambda w: SGD(w, lr=0.125, accumulate=True), reset=False)
True
>>> scaled = walk(lambda w: RMSprop(w, lr=0.125, alpha=0.9))
>>> scaled == walk(lambda w: Adam(w, lr=0.125, betas=(0, 0.9), bias_correction=False))
True
>>> walk(lambda w: Adam(w, lr=0.125, betas=(0, 0), eps=0))
[2.875, 2.75, 2.625, 2.5]
"""

import autograd as _autograd

if not (hasattr(_autograd, "sweep") and hasattr(_autograd, "Value")):
    raise ImportError(
        "optim found a package named 'autograd' that is not chainrule's: the distribution called "
        "'autograd' has taken its place.\n"
        "  Why:  both install a folder of that name, and the last one installed wins.\n"
        "  Fix:  pip uninstall -y autograd chainrule && pip install chainrule"
    )

from . import lr_scheduler
from .adaptive import Adadelta, Adagrad, Adam, AdamW, Lion, RMSprop
from .batches import DataLoader, TensorDataset
from .callbacks import Callback, EarlyStopping, GradientClip, ModelCheckpoint, NaNGuard
from .descent import SGD, GradientDescent
from .diagnose import Diagnosis, diagnose
from .finder import LRFinder
from .optimizer import Optimizer
from .recorder import Recorder
from .second_order import LBFGS, NewtonCG
from .split import train_test_split
from .training import History, Trainer, accuracy

__all__ = [
    "LBFGS", "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Callback", "DataLoader", "Diagnosis",
    "EarlyStopping", "GradientClip", "GradientDescent", "History", "LRFinder", "Lion",
    "ModelCheckpoint", "NaNGuard", "NewtonCG", "Optimizer", "RMSprop", "Recorder",
    "TensorDataset", "Trainer", "accuracy", "diagnose", "lr_scheduler", "train_test_split",
]  # fmt: skip
