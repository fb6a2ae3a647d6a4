"""Compiled programs: equal to eager on every operation, whatever the example was."""

import re
import runpy
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from evidence import is_float, listed, random_like
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix import ROWS

import autograd
import nn
from autograd import Node, Tensor, Value, compile

DOCS = Path(__file__).resolve().parents[2] / "docs"


def one_number(case, weights, places, inputs):
    """The case as a function of its float inputs, with one number as its result."""

    def f(*floats):
        given = list(inputs)
        for place, x in zip(places, floats, strict=True):
            given[place] = x
        results = [
            r for r in listed(case.ours(*given)) if isinstance(r, Node) and is_float(r._data)
        ]
        parts = [(r * w).sum() for r, w in zip(results, weights, strict=False)]
        return sum(parts[1:], parts[0])

    return f


@pytest.mark.parametrize("row", [row for row in ROWS if row.order], ids=lambda row: row.names[0])
def test_traced_on_one_input_a_program_is_right_on_others(row):
    for case in row.cases():
        first, second = case.inputs(1), case.inputs(2)
        places = [i for i, x in enumerate(first) if is_float(x)]
        for i, x in enumerate(second):
            if not is_float(x):
                first[i] = x
        rng = np.random.default_rng(3)
        weights = [
            random_like(rng, np.asarray(x, float) if np.ndim(x) else float(x))
            for x in listed(case.numpys(*first))
        ]
        f = one_number(case, weights, places, second)
        argnum = tuple(range(len(places)))
        step = compile(f, *[first[i] for i in places], grad=argnum)
        at = [second[i] for i in places]
        value, slopes = step(*at)
        expected, exact = autograd.value_and_grad(f, argnum)(*at)
        assert np.allclose(value, expected, 1e-12, 1e-12), (str(case), step.source)
        for g, e, x in zip(slopes, exact, at, strict=True):
            assert type(g) is type(x)
            assert np.allclose(g, e, 1e-10, 1e-12), (str(case), step.source)
        assert max(map(len, step.source.splitlines())) < 100


def test_parameters_from_around_are_read_at_each_call_and_receive_gradients():
    w, b = Value(2.0, name="w"), Tensor([1.0, -1.0], requires_grad=True, name="b")

    def loss(x):
        return ((w * x + b) ** 2).sum()

    x = np.array([0.5, 3.0])
    step = compile(loss, np.ones(2), grad=None)
    for number in (2.0, -3.0):
        w.data = number
        w.grad = b.grad = None
        loss(x).backward()
        expected, slopes = loss(x).data, (w.grad, b.grad)
        w.grad = b.grad = None
        assert np.allclose(step(x), expected, 1e-14)
        assert np.allclose(w.grad, slopes[0], 1e-14)
        assert np.allclose(b.grad, slopes[1], 1e-14)
        step(x)
        assert np.allclose(w.grad, 2 * slopes[0], 1e-14)


def test_the_gradient_of_an_argument_alone_writes_no_grad_but_that_of_parameters():
    step = compile(lambda x: x * x, 1.0)
    assert step(3.0) == (9.0, 6.0)
    assert step(Value(3.0)) == (9.0, 6.0)
    assert compile(lambda x, y: x * y, 1.0, 1.0, grad=(0, -1))(2.0, 5.0) == (10.0, (5.0, 2.0))


def test_another_shape_or_dtype_is_traced_anew():
    step = compile(lambda x: (x * x).mean(), np.ones(2))
    first = step.source
    with pytest.warns(autograd.Hint, match="traced again, for other arguments"):
        value, slope = step(np.array([1.0, 2.0, 3.0]))
    assert value == 14 / 3
    assert np.allclose(slope, [2 / 3, 4 / 3, 2])
    assert step.source != first
    assert step(np.ones(2))[0] == 1.0
    assert step.source == first
    assert step(np.ones(2, "f"))[1].dtype == np.float32


def test_where_floats_raise_a_program_gives_infinities_as_eager_does():
    step = compile(lambda x: autograd.log(x) / x, 2.0, backend="python")
    for x in (0.0, -1.0, 1e-320):
        expected = autograd.value_and_grad(lambda x: autograd.log(x) / x)(x)
        assert np.array_equal(step(x), expected, equal_nan=True)


def test_a_result_belongs_to_the_caller():
    x = np.ones(3)
    _, slope = compile(lambda x, y: (x * y).sum(), x, x)(x, x)
    slope += 1
    assert (x == 1).all()


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (lambda x: autograd.checkpoint(lambda y: y * y)(x), "'checkpoint'"),
        (lambda x: 3.0, "not a node"),
        (lambda x: x * x.item(), "item()"),
        (lambda x: x * x.data, ".data"),
        (lambda x: x * float(np.isnan(x)), "function of NumPy's"),
        (lambda x: x * BEFORE, "computed before"),
    ],
)
def test_what_cannot_be_repeated_is_refused_by_name(fn, words):
    with pytest.raises(autograd.GraphError, match=re.escape(words)):
        compile(fn, 2.0)


BEFORE = Value(2.0) * 3.0


def test_a_choice_by_if_is_hinted_at():
    with pytest.warns(autograd.Hint, match="part of the program"):
        compile(lambda x: x if x > 0 else -x, 2.0)


def test_what_is_cut_off_is_computed_anew_but_receives_nothing():
    def f(x):
        with autograd.no_grad():
            y = x * x
        return x * y + x * x.detach()

    assert compile(f, 1.0)(3.0) == (36.0, 12.0)


def test_dropout_draws_anew_what_eager_draws():
    w = Tensor(np.ones((4, 3)), requires_grad=True, name="w")

    def loss(x):
        h = nn.functional.dropout(x @ w.T, 0.5)
        unused = nn.functional.dropout(h, 0.9)  # noqa: F841    it draws all the same
        return (nn.functional.dropout(h, 0.3) ** 2).mean()

    x = np.random.default_rng(0).normal(size=(5, 3))
    autograd.manual_seed(3)
    step = compile(loss, x, grad=None)
    for _ in range(3):
        value = step(x)
    found = w.grad
    w.grad = None
    autograd.manual_seed(3)
    for _ in range(3):
        expected = loss(x)
        expected.backward()
    assert np.allclose(value, expected.data, 1e-14)
    assert np.allclose(found, w.grad, 1e-14)
    assert step.source.count("dropout_mask(") == 3


def test_a_batch_is_all_samples_at_once():
    w, b = Value(0.3, name="w"), Value(-0.2, name="b")

    def sample(x, y):
        p = autograd.sigmoid(w * x + b)
        cost = autograd.where(y > 0.5, -autograd.log(p), -autograd.log(1 - p))
        return cost + 0.1 * w * w

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=9), (rng.random(9) > 0.5) * 1.0
    for reduce, scale in (("mean", 1 / 9), ("sum", 1.0)):
        w.grad = b.grad = None
        step = compile(sample, 0.0, 1.0, batch=["x", "y"], reduce=reduce)
        value, slope = step(X, y)
        found = w.grad, b.grad
        assert (type(value), type(w.grad), slope.shape) == (float, float, (9,))
        w.grad = b.grad = None
        nodes = [Value(x) for x in X]
        total = sum([sample(x, t) for x, t in zip(nodes, y.tolist(), strict=True)]) * scale
        total.backward()
        assert np.allclose(value, total.data, 1e-13)
        assert np.allclose(found, (w.grad, b.grad), 1e-13)
        assert np.allclose(slope, [x.grad for x in nodes], 1e-13)


def test_in_a_batch_what_does_not_depend_on_it_stays_a_number():
    step = compile(lambda x, w: autograd.exp(w) * x, 1.0, 1.0, grad=(0, 1), batch="x")
    assert "v1 = exp(w)" in step.source
    value, (by_x, by_w) = step(np.array([1.0, 3.0]), 0.0)
    assert (value, by_w) == (2.0, 2.0)
    assert by_x.tolist() == [0.5, 0.5]


def test_a_batch_of_tensors_is_refused():
    with pytest.raises(autograd.GraphError, match="first axis"):
        compile(lambda x: autograd.stack([x, x]).sum(), 1.0, batch="x")
    with pytest.raises(ValueError, match="batch='z'"):
        compile(lambda x: x * x, 1.0, batch="z")


def test_batch_statistics_are_refused():
    norm = nn.BatchNorm1d(2)
    with pytest.raises(autograd.GraphError, match="running statistics"):
        compile(lambda x: norm(x).sum(), np.ones((3, 2)))


LABELLED = {
    "cross_entropy": lambda z, k: nn.functional.cross_entropy(z, k),
    "sum": lambda z, k: nn.functional.cross_entropy(z, k, reduction="sum"),
    "weights": lambda z, k: nn.functional.cross_entropy(z, k, weight=[1.0, 2.0, 0.5]),
    "smoothing": lambda z, k: nn.functional.cross_entropy(z, k, label_smoothing=0.1),
    "nll": lambda z, k: nn.functional.nll_loss(autograd.log_softmax(z), k),
    "ignoring": lambda z, k: nn.functional.cross_entropy(z, k, ignore_index=2),
    "hinge": lambda z, k: nn.functional.hinge_loss(z[:, 0], 2 * (k > 0) - 1),
    "one_hot": lambda z, k: nn.functional.mse_loss(z, autograd.one_hot(k, 3)),
    "rows": lambda z, k: (z.T[k] ** 3).sum(),
    "embedding": lambda z, k: (nn.functional.embedding(k, z[:3], padding_idx=1) ** 2).sum(),
}


@pytest.mark.parametrize("name", LABELLED)
def test_labels_are_data_of_the_program(name):
    rng, loss = np.random.default_rng(0), LABELLED[name]
    first = rng.normal(size=(5, 3)), np.array([0, 1, 2, 2, 1])
    then = rng.normal(size=(5, 3)), np.array([2, 0, 1, 1, 0])
    if name == "rows":
        first, then = (first[0], first[1]), (then[0], then[1])
    value, slope = compile(loss, *first)(*then)
    expected, exact = autograd.value_and_grad(loss)(*then)
    assert np.allclose(value, expected, 1e-13, 1e-13)
    assert np.allclose(slope, exact, 1e-13, 1e-13)


def test_labels_are_checked_at_every_call():
    step = compile(nn.functional.cross_entropy, -np.eye(3), np.array([0, 1, 2]))
    with pytest.raises(ValueError, match="label 3, but there are 3 classes"):
        step(np.eye(3), np.array([0, 3, 2]))
    with pytest.raises(ValueError, match="label -1"):
        step(np.eye(3), np.array([0, -1, 2]))
    with pytest.raises(autograd.GraphError, match="a label is -100, to be ignored"):
        step(np.eye(3), np.array([0, -100, 2]))


def test_a_weight_of_classes_is_read_at_every_call():
    loss = nn.CrossEntropyLoss(weight=[1.0, 2.0, 3.0])
    z, k = np.random.default_rng(0).normal(size=(3, 3)), np.array([0, 1, 2])
    step = compile(lambda z, k: loss(z, k), z, k)
    loss.weight.data = np.array([3.0, 1.0, 1.0])
    assert np.allclose(step(z, k)[0], loss(Tensor(z), k).data, 1e-14)


def test_what_other_numbers_would_change_in_the_program_is_refused():
    with pytest.raises(autograd.GraphError, match="other numbers in the arguments"):
        compile(lambda x: (x * x._data.copy()).sum(), np.arange(3.0))
    with pytest.raises(autograd.GraphError, match="other numbers in the arguments"):
        compile(lambda x: x * x if x._data == 2 else x, 2.0)


def test_train_and_eval_have_programs_of_their_own():
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5))
    x = np.ones((2, 3))
    step = compile(lambda x: (model(x) ** 2).sum(), x)
    assert "dropout_mask" in step.source
    model.eval()
    with pytest.warns(autograd.Hint, match="from train"):
        value, _ = step(x)
    assert np.allclose(value, (model(x) ** 2).sum().data, 1e-14)
    assert "dropout_mask" not in step.source
    model.train()
    step(x)
    assert "dropout_mask" in step.source


def test_a_gradient_that_is_a_node_of_the_forward_part_leaves_it_its_name():
    step = compile(lambda x, w: autograd.exp(w) * x, 1.0, 1.0, grad=(0, 1))
    assert "v1 = exp(w)" in step.source
    assert "dL_dx = v1" in step.source
    assert step(2.0, 0.0) == (2.0, (1.0, 2.0))


UNARY = ("tanh", "sin", "exp", "softplus", "relu", "sigmoid", "absolute", "square")
BINARY = ("add", "subtract", "multiply", "maximum", "minimum", "logaddexp")


@st.composite
def recipes(draw):
    """Steps of a random graph: an operation, and which of the nodes before it goes in."""
    steps, count = [], 3
    for _ in range(draw(st.integers(1, 14))):
        name = draw(st.sampled_from(UNARY + BINARY + ("choose",)))
        steps.append((name, [draw(st.integers(0, count - 1)) for _ in range(3)]))
        count += 1
    return steps


def cooked(steps):
    """The function of three numbers or arrays that the steps are."""

    def f(x, y, z):
        nodes = [x, y, z]
        for name, (i, j, k) in steps:
            if name == "choose":
                nodes.append(autograd.where(nodes[i] > nodes[j], nodes[j], nodes[k]))
            elif name in UNARY:
                nodes.append(getattr(autograd, name)(0.5 * nodes[i]))
            else:
                nodes.append(getattr(autograd, name)(nodes[i], 0.3 * nodes[j]))
        last = autograd.tanh(nodes[-1]) + 0.1 * nodes[i]
        return last if isinstance(last, Value) else last.mean()

    return f


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(recipes(), st.integers(0, 1000))
def test_random_graphs_compile_to_what_eager_computes(steps, seed):
    f, rng = cooked(steps), np.random.default_rng(seed)
    first, then = rng.normal(size=(2, 3))
    expected = autograd.value_and_grad(f, (0, 1, 2))(*then.tolist())
    for backend in ("python", "numpy"):
        found = compile(f, *first.tolist(), grad=(0, 1, 2), backend=backend)(*then.tolist())
        np.testing.assert_allclose(flat(found), flat(expected), 1e-12, 1e-12)
    batch = rng.normal(size=(3, 5))
    whole = autograd.value_and_grad(f, (0, 1, 2))(*batch)
    for step in (
        compile(f, *rng.normal(size=(3, 5)), grad=(0, 1, 2)),
        compile(f, *first.tolist(), grad=(0, 1, 2), batch=("x", "y", "z")),
    ):
        np.testing.assert_allclose(flat(step(*batch)), flat(whole), 1e-12, 1e-12)


def flat(found):
    value, slopes = found
    return np.concatenate([np.ravel(x) for x in (value, *slopes)])


def example(name):
    return runpy.run_path(str(DOCS / "examples" / f"{name}.py"))


def examples():
    """The losses of the examples, with two points to compute them at."""
    rng = np.random.default_rng(0)
    logistic, net = example("logistic_regression"), example("neural_net")
    mixture, rnn, ways = example("gaussian_mixture"), example("rnn"), example("two_ways")
    x, y = net["moons"](50, rng)
    count = sum((n + 1) * m for n, m in pairwise(net["SIZES"]))
    points = mixture["sample"](40, rng)
    text = [rnn["LETTERS"].index(letter) for letter in rnn["TEXT"]]
    K, D = mixture["K"], mixture["D"]
    return {
        "logistic_regression": (logistic["loss"], [(3,)]),
        "neural_net": (lambda w: np.mean(np.logaddexp(0.0, -y * net["predict"](w, x))), [(count,)]),
        "gaussian_mixture": (
            lambda p: mixture["negative_log_likelihood"](p, points), [(K + 2 * K * D,)]
        ),
        "rnn": (lambda *w: rnn["loss"](*w, text), rnn["SHAPES"]),
        "two_ways": (
            lambda X: nn.BCEWithLogitsLoss()(ways["of_tensors"](X).reshape(-1), ways["y"] * 1.0),
            [ways["X"].shape],
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", [path.stem for path in DOCS.glob("examples/*.py")])
def test_every_example_compiles_to_what_eager_computes(name):
    loss, shapes = examples()[name]
    rng, argnum = np.random.default_rng(1), tuple(range(len(shapes)))
    first, then = [[0.5 * rng.normal(size=shape) for shape in shapes] for _ in range(2)]
    found = compile(loss, *first, grad=argnum)(*then)
    expected = autograd.value_and_grad(loss, argnum)(*then)
    np.testing.assert_allclose(flat(found), flat(expected), 1e-11, 1e-12)
