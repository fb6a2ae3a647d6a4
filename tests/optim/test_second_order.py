import copy
import json
import pickle

import numpy as np
import pytest

import autograd
import nn
from autograd import Hint, Tensor, Value
from optim import LBFGS, SGD, GradientDescent, NewtonCG, checkpoint
from optim.line_search import Point, lowest, strong_wolfe
from optim.second_order import conjugate_gradients, two_loops

BOTH = [
    lambda params: LBFGS(params, max_iter=4, line_search_fn="strong_wolfe"),
    lambda params: LBFGS(params, lr=0.1, max_iter=3, history_size=2),
    lambda params: NewtonCG(params),
]
X = np.random.default_rng(0).normal(size=(8, 3))


def parameters(dtype=float):
    rng = np.random.default_rng(1)
    return [
        Tensor(rng.normal(size=(3, 2)), requires_grad=True, dtype=dtype),
        Tensor(rng.normal(size=2), requires_grad=True, dtype=dtype),
        Value(0.5),
    ]


def closure_of(optimizer, params):
    W, b, scale = params

    def closure():
        optimizer.zero_grad()
        loss = (((X @ W + b).tanh() * scale - 0.3) ** 2).mean() + 0.1 * (W * W).sum() + b @ b
        loss.backward()
        return loss

    return closure


def train(optimizer, params, steps):
    return [optimizer.step(closure_of(optimizer, params)).item() for _ in range(steps)]


def numbers(params):
    return [np.array(p.data) for p in params]


def same_bits(xs, ys):
    return all(np.array_equal(x, y) for x, y in zip(xs, ys, strict=True))


def rosenbrock(kind):
    """The valley's parameters, at (-1.2, 1), and its loss."""
    if kind == "values":
        x, y = params = [Value(-1.2), Value(1.0)]
        return params, lambda: (1 - x) ** 2 + 100 * (y - x * x) ** 2
    w = Tensor([-1.2, 1.0], requires_grad=True)
    return [w], lambda: (1 - w[0]) ** 2 + 100 * (w[1] - w[0] * w[0]) ** 2


def minimized(optimizer, loss_of, steps):
    calls = 0

    def closure():
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        return loss

    for _ in range(steps):
        optimizer.step(closure)
    return calls


@pytest.mark.parametrize("kind", ["values", "tensor"])
def test_lbfgs_solves_rosenbrock(kind):
    params, loss_of = rosenbrock(kind)
    optimizer = LBFGS(
        params, max_iter=100, line_search_fn="strong_wolfe", tolerance_grad=1e-12,
        tolerance_change=1e-20,
    )  # fmt: skip
    calls = minimized(optimizer, loss_of, 1)
    found = np.concatenate([np.ravel(p.data) for p in params])
    np.testing.assert_allclose(found, [1, 1], rtol=0, atol=1e-8)
    assert calls < 60


@pytest.mark.parametrize("kind", ["values", "tensor"])
def test_newton_cg_solves_rosenbrock(kind):
    params, loss_of = rosenbrock(kind)
    minimized(NewtonCG(params), loss_of, 25)
    found = np.concatenate([np.ravel(p.data) for p in params])
    np.testing.assert_allclose(found, [1, 1], rtol=0, atol=1e-8)


def quadratic(n=6, seed=0):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n))
    return root @ root.T + np.eye(n), rng.normal(size=n)


@pytest.mark.parametrize("backward", [False, True])
def test_newton_cg_ends_at_a_quadratics_minimum_in_one_step(backward):
    A, b = quadratic()
    w, c = Tensor(np.ones(6), requires_grad=True), Value(3.0)

    def closure():
        loss = 0.5 * (w @ (A @ w)) - b @ w + (c - 2) ** 2
        if backward:
            loss.backward()
        return loss

    optimizer = NewtonCG([w, c])
    before = closure().item()
    assert optimizer.step(closure).item() == before
    np.testing.assert_allclose(w.data, np.linalg.solve(A, b), rtol=1e-9)
    assert c.data == pytest.approx(2, rel=1e-9)


def test_newton_cg_leaves_a_saddle_along_the_curve_that_falls():
    w = Tensor([1.0, 0.1], requires_grad=True)
    optimizer = NewtonCG([w])
    losses = [optimizer.step(lambda: w[0] ** 2 - w[1] ** 2 + w[1] ** 4).item() for _ in range(12)]
    assert losses == sorted(losses, reverse=True)
    np.testing.assert_allclose(np.abs(w.data), [0, np.sqrt(0.5)], atol=1e-9)


def test_newton_cg_leaves_alone_what_the_loss_does_not_depend_on():
    used, unused, straight = Value(3.0), Value(7.0), Tensor([1.0, 1.0], requires_grad=True)
    NewtonCG([used, unused]).step(lambda: (used - 1) ** 2)
    assert (used.data, unused.data, unused.grad) == (1.0, 7.0, None)
    NewtonCG([straight], lr=0.5).step(lambda: straight.sum())  # no curvature: along the slope
    np.testing.assert_array_equal(straight.data, [0.5, 0.5])


def test_newton_cg_stays_where_nothing_is_to_be_gained():
    w = Value(1.0)
    optimizer = NewtonCG([w])
    optimizer.step(lambda: (w - 1) ** 2)
    assert w.data == 1.0
    optimizer.step(lambda: abs(w - 1) + w * 0)
    assert w.data == 1.0


def test_newton_cg_halves_its_step_until_the_loss_falls():
    w = Value(2.0)  # Newton's step for log(cosh(w)) leads from 2 to -11.6, uphill
    optimizer, path = NewtonCG([w]), []
    for _ in range(8):
        optimizer.step(lambda: (w.exp() + (-w).exp()).log())
        path.append(abs(w.data))
    assert path == sorted(path, reverse=True)
    assert path[-1] < 1e-9


def test_conjugate_gradients_solve_for_newtons_step():
    A, b = quadratic()
    d = conjugate_gradients(lambda v: A @ v, b, 50)
    np.testing.assert_allclose(d, np.linalg.solve(A, b), rtol=1e-10)
    assert (b @ conjugate_gradients(lambda v: A @ v, b, 2)) > 0
    np.testing.assert_array_equal(conjugate_gradients(lambda v: -A @ v, b, 50), b)


def test_two_loops_map_the_last_change_to_the_last_step():
    rng = np.random.default_rng(0)
    A, _ = quadratic()
    pairs = [(s, A @ s) for s in rng.normal(size=(6, 6))]
    s, y = pairs[-1]
    np.testing.assert_allclose(two_loops(y, pairs), s, rtol=1e-9)
    g = rng.normal(size=6)
    assert g @ two_loops(g, pairs) > 0
    np.testing.assert_array_equal(two_loops(g, []), g)


def along(f, slope):
    return lambda t: Point(t, f(t), slope(t), np.array([slope(t)]))


@pytest.mark.parametrize("t", [1e-3, 0.1, 1.0, 30.0])
@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda t: (t - 2) ** 2, lambda t: 2 * (t - 2)),
        (lambda t: -t / (t * t + 2), lambda t: (t * t - 2) / (t * t + 2) ** 2),
        (lambda t: np.cosh(t - 3), lambda t: np.sinh(t - 3)),
    ],
)
def test_wolfes_conditions_hold_where_the_search_ends(f, slope, t):
    look = along(f, slope)
    start = look(0.0)
    found, looks = strong_wolfe(look, start, t, np.ones(1), 25)
    assert found.loss <= start.loss + 1e-4 * found.t * start.slope
    assert abs(found.slope) <= 0.9 * abs(start.slope)
    assert looks <= 10


def test_the_search_gives_up_after_so_many_tries_with_the_best_it_saw():
    look = along(lambda t: -t, lambda t: -1.0)  # falls for ever
    found, looks = strong_wolfe(look, look(0.0), 1.0, np.ones(1), 5)
    assert (found.t, looks) == (1e5, 6)
    rising = along(lambda t: t if t else 0.0, lambda t: 1.0 if t else -1.0)
    found, looks = strong_wolfe(rising, rising(0.0), 1.0, np.ones(1), 4)
    assert (found.t, looks) == (0.0, 5)


def test_a_cubic_through_two_points_is_lowest_where_calculus_says():
    look = along(lambda t: t**3 - 3 * t, lambda t: 3 * t * t - 3)
    assert lowest(look(0.0), look(3.0), 0, 3) == pytest.approx(1)
    assert lowest(look(3.0), look(0.0), 0, 3) == pytest.approx(1)
    assert lowest(look(0.0), look(3.0), 2, 3) == 2
    flat = along(lambda t: t**3, lambda t: 3 * t * t)
    hill = [Point(0.0, 0.0, 1.0, np.ones(1)), Point(1.0, 5.0, 1.0, np.ones(1))]
    assert lowest(*hill, 0, 1) >= 0
    assert lowest(flat(1.0), flat(2.0), 1, 2) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("make", BOTH)
def test_float32_stays_float32_and_learns(make):
    params = parameters(np.float32)
    losses = train(make(params), params, 8)
    assert [p.data.dtype for p in params[:2]] == [np.float32, np.float32]
    assert type(params[2].data) is float
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("make", BOTH)
def test_values_move_as_tensors_do(make):
    A, b = quadratic(3)
    tensor = Tensor([1.0, -2.0, 0.5], requires_grad=True)
    values = [Value(x) for x in tensor.data]
    one, other = make([tensor]), make(values)

    def squares():
        one.zero_grad()
        loss = tensor @ (A @ tensor) - b @ tensor
        loss.backward()
        return loss

    def sums():
        other.zero_grad()
        terms = [
            A[i, j] * values[i] * values[j] for i in range(3) for j in range(3)
        ] + [-b[i] * values[i] for i in range(3)]  # fmt: skip
        loss = sum(terms)
        loss.backward()
        return loss

    for _ in range(4):
        one.step(squares)
        other.step(sums)
        np.testing.assert_allclose([v.data for v in values], tensor.data, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("through", [lambda x: x, copy.deepcopy, "pickle"])
def test_a_loaded_state_continues_bit_for_bit(make, through):
    params = parameters()
    optimizer = make(params)
    train(optimizer, params, 3)
    saved, weights = optimizer.state_dict(), numbers(params)
    saved = pickle.loads(pickle.dumps(saved)) if through == "pickle" else through(saved)
    train(optimizer, params, 3)

    again = parameters()
    for p, w in zip(again, weights, strict=True):
        p.data = w
    fresh = make(again)
    fresh.load_state_dict(saved)
    train(fresh, again, 3)
    assert same_bits(numbers(again), numbers(params))


@pytest.mark.parametrize("make", BOTH)
def test_a_copied_pair_learns_like_the_first_and_apart_from_it(make):
    params = parameters()
    optimizer = make(params)
    train(optimizer, params, 2)
    others, other = copy.deepcopy((params, optimizer))
    before = numbers(params)
    train(other, others, 2)
    assert same_bits(numbers(params), before)
    train(optimizer, params, 2)
    assert same_bits(numbers(others), numbers(params))


def test_the_state_is_plain_data():
    params = parameters()
    optimizer = LBFGS(params, max_iter=3)
    assert optimizer.state_dict()["state"] == {}
    train(optimizer, params, 1)
    saved = optimizer.state_dict()
    assert set(saved["state"][0]) == {"pairs", "g", "d", "t"}
    json.dumps(saved, default=lambda array: array.tolist())
    saved["state"][0]["d"][:] = np.nan
    assert np.isfinite(optimizer.state_dict()["state"][0]["d"]).all()
    with pytest.raises(ValueError, match="no 'state'"):
        optimizer.load_state_dict({"param_groups": []})


def test_the_state_goes_through_a_checkpoint_file(tmp_path):
    params, again = parameters(), parameters()
    optimizer, fresh = BOTH[1](params), BOTH[1](again)
    train(optimizer, params, 3)
    checkpoint.write({"optimizer": optimizer.state_dict()}, tmp_path / "run.safetensors")
    fresh.load_state_dict(checkpoint.read(tmp_path / "run.safetensors")["optimizer"])
    for p, q in zip(params, again, strict=True):
        q.data = np.array(p.data)
    train(optimizer, params, 3)
    train(fresh, again, 3)
    assert same_bits(numbers(again), numbers(params))


def test_a_parameter_without_a_gradient_stays():
    used, unused = Value(3.0), Tensor([7.0], requires_grad=True)
    optimizer = LBFGS([used, unused], line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = (used - 1) ** 2
        loss.backward()
        return loss

    optimizer.step(closure)
    assert used.data == pytest.approx(1)
    assert unused.data.tolist() == [7.0]


def test_two_optimizers_over_one_parameter_both_move_it():
    w = Tensor([3.0], requires_grad=True)
    first, second = SGD([w], lr=0.25), LBFGS([w], max_iter=1)
    for optimizer, expected in [(first, 1.5), (second, 0.5), (first, 0.25)]:

        def closure(optimizer=optimizer):
            optimizer.zero_grad()
            loss = (w * w).sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        assert w.data.tolist() == [expected]


# --- explain_step -----------------------------------------------------------------------------


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_explain_step_is_what_step_then_does(make, dtype):
    params = parameters(dtype)
    optimizer = make(params)
    closure = closure_of(optimizer, params)
    for _ in range(3):
        before, state = numbers(params), optimizer.state_dict()
        rows = list(optimizer.explain_step(closure))
        assert same_bits(numbers(params), before)
        assert repr(optimizer.state_dict()) == repr(state)
        closure()
        gradient = np.concatenate([np.ravel(p.grad) for p in params])
        np.testing.assert_array_equal([row.gradient for row in rows], gradient)
        optimizer.step(closure)
        new = np.concatenate([np.ravel(p.data) for p in params])
        assert [row.new for row in rows] == new.tolist()
        assert [row.old - row.step for row in rows] == pytest.approx(new, rel=1e-5)


def test_explaining_a_step_leaves_the_graph_and_the_random_numbers_as_they_were():
    autograd.manual_seed(0)
    w = Tensor([3.0, -2.0], requires_grad=True, name="w")
    optimizer = LBFGS([w], line_search_fn="strong_wolfe")
    drop = nn.Dropout(0.5)

    def closure():
        optimizer.zero_grad()
        loss = (drop(w) ** 2).sum()
        loss.backward()
        return loss

    older = (w * w).sum()
    table = optimizer.explain_step(closure)
    assert [row.name for row in table] == ["w[0]", "w[1]"]
    assert w.grad is None
    older.backward()  # which refuses inputs that were changed since
    optimizer.step(closure)
    assert [row.new for row in table] == w.data.tolist()


# --- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", BOTH)
def test_what_they_refuse(make):
    w = Value(1.0)
    optimizer = make([w])
    with pytest.raises(TypeError, match=r"needs a closure[\s\S]*optimizer\.step\(closure\)"):
        optimizer.step()
    with pytest.raises(TypeError, match=r"needs a closure"):
        optimizer.explain_step()
    with pytest.raises(TypeError, match="takes one group"):
        optimizer.add_param_group({"params": [Value(2.0)]})
    with pytest.raises(TypeError, match="takes one group"):
        make([{"params": [w]}, {"params": [Value(1.0)]}])
    with pytest.raises(TypeError, match=r"the closure returned None[\s\S]*return loss"):
        optimizer.step(lambda: None)
    with pytest.raises(TypeError, match=r"the closure returned Tensor[\s\S]*not one number"):
        optimizer.step(lambda: Tensor([1.0, 2.0]) * w)


def test_lbfgs_without_a_gradient():
    w = Value(1.0)
    with pytest.raises(RuntimeError, match=r"E22"):
        LBFGS([w]).step(lambda: w * w)


def test_newton_cg_without_a_gradient():
    w = Value(1.0)
    for loss in (1.0, Tensor(2.0)):
        with pytest.raises(RuntimeError, match=r"E22"):
            NewtonCG([w]).step(lambda loss=loss: loss)


def test_a_closure_that_never_resets_gradients_is_hinted_at():
    w = Value(3.0)
    optimizer = LBFGS([w], max_iter=2)

    def closure():
        loss = (w - 1) ** 2
        loss.backward()
        return loss

    with pytest.warns(Hint, match="E04") as caught:
        optimizer.step(closure)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"line_search_fn": "armijo"}, 'line_search_fn must be None or "strong_wolfe"; got armijo'),
        ({"max_iter": 0}, "max_iter must be at least 1; got 0"),
        ({"history_size": 0}, "history_size must be at least 1; got 0"),
        ({"tolerance_grad": -1.0}, "tolerance_grad must be at least 0; got -1.0"),
        ({"lr": -1.0}, "lr must be positive"),
    ],
)
def test_options_without_meaning(options, told):
    with pytest.raises(ValueError, match=told):
        LBFGS([Value(1.0)], **options)


def test_defaults_are_pytorchs():
    [group] = LBFGS([Value(1.0)]).param_groups
    group.pop("params")
    assert group == {
        "lr": 1, "max_iter": 20, "max_eval": 25, "tolerance_grad": 1e-7, "tolerance_change": 1e-9,
        "history_size": 100, "line_search_fn": None,
    }  # fmt: skip
    assert GradientDescent([Value(1.0)]).defaults == {"lr": 1e-3}
