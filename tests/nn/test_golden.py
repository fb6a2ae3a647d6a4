"""Modules, losses and initial numbers against PyTorch's, stored by tests/golden/make_nn.py."""

import inspect
import json
import math
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value

GOLDEN = Path(__file__).parents[1] / "golden"
STORED = dict(np.load(GOLDEN / "nn.npz"))
INDEX = json.loads(str(STORED["index"]))


def cut(entries):
    """The stored arrays, cut out of one vector in the order of the index."""
    at = 0
    for entry in entries:
        for key, shape in entry.items():
            size = math.prod(shape)
            entry[key] = STORED["numbers"][at : at + size].reshape(shape)
            at += size
    assert at == STORED["numbers"].size


cut([case["arrays"] for case in INDEX["modules"] + INDEX["losses"]] + [INDEX["file"]])


def named(case):
    options = [f"{key}={value}" for key, value in case["options"].items()]
    return f"{case['class']}({', '.join([*map(str, case.get('args', [])), *options])})"[:70]


def part(arrays, start):
    return {key.removeprefix(start): x for key, x in arrays.items() if key.startswith(start)}


def agree(found, expected, note):
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12, err_msg=note)


each_module = pytest.mark.parametrize("case", INDEX["modules"], ids=named)
each_loss = pytest.mark.parametrize("case", INDEX["losses"], ids=named)


def each_loss_where(holds):
    cases = [case for case in INDEX["losses"] if holds(case["arrays"]["x"])]
    assert len(cases) > len(INDEX["losses"]) / 2
    return pytest.mark.parametrize("case", cases, ids=named)


def built(case):
    """The module of a case, with its state."""
    module = getattr(nn, case["class"])(*case["args"], **case["options"])
    state = part(case["arrays"], "state/")
    assert {path: x.shape for path, x in module.state_dict().items()} == {
        path: x.shape for path, x in state.items()
    }
    assert list(module.state_dict()) == list(state)
    module.load_state_dict(state)
    return module


@each_module
def test_outputs_gradients_and_buffers_in_both_modes(case):
    module, arrays = built(case), case["arrays"]
    whole = case["class"] == "Embedding"
    for mode in ("train", "eval"):
        module.train(mode == "train").zero_grad()
        expected = part(arrays, f"{mode}/")
        x = arrays["x"].astype(int) if whole else Tensor(arrays["x"], requires_grad=True)
        out = module(x)
        agree(ag.ops.index.raw(out), expected["out"], f"{mode}: output")
        out = out if out is not x else x * 1.0
        out.backward(expected["w"])
        if not whole:
            agree(x.grad, expected["grad x"], f"{mode}: gradient of the input")
        gradients = {path: p.grad for path, p in module.named_parameters()}
        assert gradients.keys() == part(expected, "grad ").keys() - {"x"}
        for path, gradient in gradients.items():
            agree(gradient, expected[f"grad {path}"], f"{mode}: gradient of {path}")
        for path, buffer in module.named_buffers():
            agree(buffer.data, expected[f"buffer {path}"], f"{mode}: buffer {path}")


@each_module
def test_modules_to_second_order(case):
    if case["class"] == "Embedding":
        module, x = built(case), case["arrays"]["x"].astype(int)
        assert ag.gradcheck(
            lambda w: ag.tanh(nn.functional.embedding(x, w)), module.weight, order=2
        )
        return
    module = built(case).train()
    report = ag.gradcheck(lambda x: module(x) ** 2, case["arrays"]["x"], order=2, atol=1e-4)
    assert report.compared > 0


def loss_of(case):
    options = {k: np.array(v) if isinstance(v, list) else v for k, v in case["options"].items()}
    target = case["arrays"]["y"]
    return getattr(nn, case["class"])(**options), target.astype(int) if case[
        "kind"
    ] == "i" else target


@each_loss
def test_losses_and_their_gradients(case):
    loss, target = loss_of(case)
    prediction = Tensor(case["arrays"]["x"], requires_grad=True)
    result = loss(prediction, target)
    agree(result.data, case["arrays"]["out"], "loss")
    result.backward(case["arrays"]["w"])
    agree(prediction.grad, case["arrays"]["grad"], "gradient")


@each_loss_where(lambda x: x.ndim <= 2)  # lists of Values are samples and their scores, no deeper
def test_losses_of_values(case):
    x, w = case["arrays"]["x"], case["arrays"]["w"]
    values = [[Value(p) for p in row] for row in x] if x.ndim == 2 else [Value(p) for p in x]
    loss, target = loss_of(case)
    result = loss(values, target)
    terms = result if isinstance(result, list) else [result]
    assert all(type(term) is Value for term in terms)
    agree([term.data for term in terms], case["arrays"]["out"].ravel(), "loss")
    ag.dot(list(w.ravel()), terms).backward()
    flat = [value for row in values for value in row] if x.ndim == 2 else values
    grads = [0.0 if value.grad is None else value.grad for value in flat]
    agree(grads, case["arrays"]["grad"].ravel(), "gradient")


@each_loss_where(lambda x: np.abs(x).max() < 100)  # farther out finite differences see nothing
def test_losses_to_second_order(case):
    loss, target = loss_of(case)
    report = ag.gradcheck(lambda p: loss(p, target), case["arrays"]["x"], order=2, atol=1e-4)
    assert report.compared > 0


def test_a_file_of_pytorch_is_loaded():
    arrays = INDEX["file"]
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    assert {path: x.shape for path, x in model.state_dict().items()} == {
        path: x.shape for path, x in part(arrays, "state/").items()
    }
    state = nn.load(GOLDEN / "torch.safetensors")
    assert {str(array.dtype) for array in state.values()} == {"float32", "int64"}
    assert model.load_state_dict(state) == ([], [])
    out = model.eval()(arrays["x"])
    assert out.dtype == float
    np.testing.assert_allclose(out.data, arrays["out"], rtol=1e-5, atol=1e-6)


# What PyTorch's signatures have and ours do not: the place in memory, names given up long ago,
# and options of Embedding that no lesson needs.
LEFT_OUT = {"device", "size_average", "reduce", "min_value", "max_value", "self", "max_norm",
            "norm_type", "scale_grad_by_freq", "sparse", "_weight", "_freeze"}  # fmt: skip
OTHERWISE = {  # (class, name): our default, and why
    ("Softmax", "dim"): -1,  # PyTorch guesses the axis, and warns
    ("LogSoftmax", "dim"): -1,
}


@pytest.mark.parametrize("name", INDEX["signatures"])
def test_signatures_are_pytorchs(name):
    function = nn
    for step in name.split("."):
        function = getattr(function, step)
    ours = {
        p.name: "needed" if p.default is p.empty else p.default
        for p in inspect.signature(function).parameters.values()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    theirs = {key: default for key, default in INDEX["signatures"][name] if key not in LEFT_OUT}
    theirs = {key: default for key, default in theirs.items() if key not in ("args", "kwargs")}
    for key, default in theirs.items():
        assert key in ours, f"{name} has no {key}"
        if key != "dtype":
            assert ours[key] == OTHERWISE.get((name, key), default), f"{name}: {key}"
    shared = [key for key in ours if key in theirs and key != "dtype"]
    by_place = [key for key in theirs if key in shared]
    assert shared == by_place, f"{name}: another order"


def facts(x):
    return [f(x) for f in (np.min, np.max, np.mean, np.std)]


FRESH = {"Linear": (64, 100), "Embedding": (100, 60), "PReLU": (50,)}
HOW = {
    "uniform_": {"a": -2.0, "b": 3.0}, "normal_": {"mean": 1.0, "std": 0.5},
    "trunc_normal_": {"std": 1.5}, "xavier_uniform_": {"gain": 2.0}, "xavier_normal_": {},
    "kaiming_uniform_": {"a": 0.2}, "kaiming_normal_": {"mode": "fan_out", "nonlinearity": "relu"},
    "orthogonal_": {"gain": 3.0},
}  # fmt: skip


@pytest.mark.parametrize("name", INDEX["initial"])
def test_initial_numbers_are_distributed_as_pytorchs(name):
    samples = []
    for seed in range(20):
        ag.manual_seed(seed)
        if name in HOW:
            parameter = nn.Parameter(np.zeros((40, 25)))
            assert getattr(nn.init, name)(parameter, **HOW[name]) is parameter
            samples.append(parameter.data)
        else:
            kind, key = name.split(".")
            samples.append(getattr(nn, kind)(*FRESH[kind]).state_dict()[key])
    low, high, mean, spread = facts(np.stack(samples))
    *bounds, their_mean, their_spread = INDEX["initial"][name]
    assert spread == pytest.approx(their_spread, rel=0.03)
    standard_error = their_spread * np.sqrt(2 / np.size(samples))  # of a difference of two means
    assert mean == pytest.approx(their_mean, abs=4 * standard_error)
    tails = 0.3 if "normal" in name or name in ("Embedding.weight", "orthogonal_") else 0.01
    assert [low, high] == pytest.approx(bounds, rel=tails)


def test_gains():
    for name, gain in INDEX["gains"].items():
        assert nn.init.calculate_gain(name) == gain
    assert nn.init.calculate_gain("leaky_relu", 0.3) == INDEX["leaky gain"]
