"""Messages E04, E18 to E22: the line that they say to write instead works when it is written."""

import re
import warnings

import numpy as np
import pytest
from messages import fix_of

import nn
import optim
from autograd import Hint, Tensor, Value
from optim import (
    LBFGS,
    SGD,
    Adam,
    DataLoader,
    NaNGuard,
    RMSprop,
    Trainer,
    lr_scheduler,
    train_test_split,
)  # fmt: skip

X, y = np.arange(20.0).reshape(10, 2), np.arange(10)


def test_e04():
    w = Value(3.0)
    optimizer = SGD([w], lr=0.1)

    def step(reset=""):
        loss = w * w
        exec(reset, {"optimizer": optimizer})
        loss.backward()
        optimizer.step()

    step()
    with pytest.warns(Hint, match="E04") as caught:
        step()
    optimizer.accumulate = False  # so that it would hint again
    step(fix_of(caught[0].message))


def test_e18():
    model = nn.Linear(2, 3)
    used_up = (p for p in model.parameters())
    assert len(list(used_up)) == 2
    with pytest.raises(ValueError, match="generator was already used up") as caught:
        SGD(used_up, lr=0.1)
    names = {"optim": optim, "model": model}
    exec(fix_of(caught.value), names)
    assert "2 parameters" in repr(names["optimizer"])


def test_e18b():
    model = nn.Linear(2, 3)
    optimizer = SGD(model.parameters(), lr=0.1)
    model.weight.data = np.ones((3, 4))
    model.weight.grad = np.ones((3, 4))
    with pytest.raises(
        ValueError, match=r"float64 \(3, 2\) when the optimizer was built"
    ) as caught:
        optimizer.step()
    names = {"optim": optim, "model": model}
    exec(fix_of(caught.value), names)
    names["optimizer"].step()


def test_e18m():
    class Net(nn.Module):
        def __init__(self):
            self.layer = nn.Linear

    with pytest.raises(ValueError, match="Net has none") as caught:
        SGD(Net().parameters(), lr=0.1)
    line, header = re.search(r"Fix:  (.*?)   in   (.*)", str(caught.value)).groups()
    names = {"nn": nn}
    exec(f"class Net(nn.Module):\n  {header}\n    {line}\nmodel = Net()", names)
    SGD(names["model"].parameters(), lr=0.1)


def test_e18h_a_tensor_that_never_asked_for_a_gradient():
    data = [1.0, 2.0]
    with pytest.warns(Hint, match=r"'b', given to the optimizer, does not ask") as caught:
        SGD([Tensor(data, requires_grad=True), Tensor(data, name="b")], lr=0.1)
    assert caught[0].filename == __file__
    SGD([eval(fix_of(caught[0].message), {"Tensor": Tensor, "data": data})], lr=0.1)
    with pytest.raises(TypeError, match="E14"):
        SGD([Tensor([1, 2])], lr=0.1)
    SGD(nn.Linear(2, 1).requires_grad_(False).parameters(), lr=0.1)  # frozen, and it may stay so


@pytest.mark.parametrize("lr", [-0.1, float("nan"), 0, 100])
def test_e19(lr):
    w = Value(1.0)
    if lr >= 0:
        with pytest.warns(Hint, match="E19") as hints:
            SGD([w], lr=lr)
        message = hints[0].message
    else:
        with pytest.raises(ValueError, match="E19") as caught:
            SGD([w], lr=lr)
        message = caught.value
    optimizer = eval(fix_of(message), {"optim": optim, "parameters": [w]})
    assert optimizer.param_groups[0]["lr"] == 0.1


@pytest.mark.parametrize(
    ("kind", "option", "value"),
    [
        (SGD, "momentum", -0.9),
        (SGD, "weight_decay", -1),
        (Adam, "betas", (0.9, 1.0)),
        (RMSprop, "alpha", 1.5),
        (LBFGS, "line_search_fn", "armijo"),
        (LBFGS, "max_iter", 0),
        (lr_scheduler.StepLR, "step_size", 0),
        (lr_scheduler.ReduceLROnPlateau, "mode", "low"),
        (lr_scheduler.ReduceLROnPlateau, "factor", 2.0),
    ],
)
def test_e19b(kind, option, value):
    optimizes = issubclass(kind, optim.Optimizer)
    first = [Value(1.0)] if optimizes else SGD([Value(1.0)], lr=0.1)
    with pytest.raises(ValueError, match=option) as caught:
        kind(first, **{option: value})
    kind(first, **eval(f"dict({fix_of(caught.value)})"))


def test_e24_what_is_no_list_of_parameters():
    model, w, b = nn.Linear(2, 1), Value(1.0), Value(0.0)
    names = {"model": model, "w": w, "b": b}
    for wrong in (
        [{"lr": 0.1}], [{"param": [w]}], model, w, model.named_parameters(), model.state_dict(),
    ):  # fmt: skip
        with pytest.raises(TypeError, match=r"(?i)needs|not a parameter") as caught:
            SGD(wrong, lr=0.1)
        right = eval(fix_of(caught.value), names)
        SGD([right] if isinstance(right, dict) else right, lr=0.1)


@pytest.mark.parametrize(
    "wrong",
    [
        "DataLoader(X, y, batch_size=0)",
        "DataLoader(X, y, batch_size=-4)",
        "DataLoader(X, y, batch_size=2.5)",
        "DataLoader(X, y, batch_size='32')",
        "DataLoader(X, y, batch_size=512, drop_last=True)",
        "DataLoader(X, y, 4)",
        "DataLoader()",
        "train_test_split(X, y, test_size=2.0)",
        "trainer.fit(loader, epochs=-1)",
    ],
)
def test_e20(wrong):
    w = Tensor([0.0, 0.0], requires_grad=True)

    class Model:
        parameters = staticmethod(lambda: [w])
        train = eval = staticmethod(lambda: None)
        __call__ = staticmethod(lambda x: x @ w)

    loss = lambda p, y: ((p - y) ** 2).mean()
    trainer = Trainer(Model(), loss, SGD([w], lr=1e-4))
    loader = DataLoader(X, y, batch_size=5)
    names = {**vars(optim), "X": X, "y": y, "trainer": trainer, "loader": loader}
    with pytest.raises(ValueError, match="E20") as caught:
        eval(wrong, names)
    assert "E20, notebook 0" in str(caught.value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 32 of 10 samples
        right = eval(fix_of(caught.value), names)
    assert len(right) > 0


def test_e20h():
    with pytest.warns(UserWarning, match="E20") as caught:
        DataLoader(X, y, batch_size=512)
    assert len(eval(fix_of(caught[0].message), {"DataLoader": DataLoader, "X": X, "y": y})) == 1


def test_e20s_keeps_both_sides():
    with pytest.raises(ValueError, match="E20") as caught:
        train_test_split(X, y, 0)
    parts = eval(fix_of(caught.value), {"train_test_split": train_test_split, "X": X, "y": y})
    assert [len(part) for part in parts] == [7, 3, 7, 3]


def test_e21():
    p = Tensor([0.5, 0.0], requires_grad=True, name="p")

    class Model:
        parameters = staticmethod(lambda: [p])
        train = eval = staticmethod(lambda: None)
        __call__ = staticmethod(lambda x: p.log())

    loss = lambda prediction, target: -prediction.mean()
    trainer = Trainer(Model(), loss, SGD([p], lr=0.1), callbacks=[NaNGuard()])
    with pytest.raises(RuntimeError, match="E21") as caught, np.errstate(all="ignore"):
        trainer.fit(DataLoader(X, y, batch_size=5), progress=False)
    told = " ".join(str(caught.value).split())
    assert "op 'log' made -inf from finite numbers: 'p' with min = 0, max = 0.5" in told
    assert np.isfinite(eval(fix_of(caught.value), {"p": p}).data).all()


def test_e22():
    w = Tensor([1.0, 2.0], requires_grad=True)
    optimizer = SGD([w], lr=0.1)
    with pytest.raises(RuntimeError, match="E22") as caught:
        optimizer.step()
    loss = (w * w).sum()
    exec(fix_of(caught.value), {"loss": loss})
    optimizer.step()
    np.testing.assert_allclose(w.data, [0.8, 1.6])
