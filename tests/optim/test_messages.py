"""Messages E20 to E22: the line that they say to write instead works when it is written."""

import warnings

import numpy as np
import pytest
from messages import fix_of

import optim
from autograd import Tensor
from optim import SGD, DataLoader, NaNGuard, Trainer, train_test_split

X, y = np.arange(20.0).reshape(10, 2), np.arange(10)


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
