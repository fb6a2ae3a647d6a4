import copy
import csv
import pickle
import warnings

import numpy as np
import pytest

import optim
from autograd import Hint, Tensor, Value, no_grad
from optim import SGD, Adadelta, Adagrad, Adam, AdamW, GradientDescent, Lion, Optimizer, RMSprop
from optim.optimizer import BLOCK

EVERY = [
    lambda params: GradientDescent(params, lr=0.1),
    lambda params: SGD(params, lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01),
    lambda params: SGD(params, lr=0.1, momentum=0.9, nesterov=True),
    lambda params: Adagrad(params, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.2),
    lambda params: RMSprop(params, lr=0.1, momentum=0.5, centered=True),
    lambda params: Adadelta(params, eps=1e-2, weight_decay=0.01),
    lambda params: Adam(params, lr=0.1),
    lambda params: Adam(params, lr=0.1, betas=(0.5, 0.6), amsgrad=True, bias_correction=False),
    lambda params: AdamW(params, lr=0.1, weight_decay=0.1),
    lambda params: Lion(params, lr=0.01, weight_decay=0.1),
]
X = np.random.default_rng(0).normal(size=(8, 3))


def parameters(dtype=float):
    rng = np.random.default_rng(1)
    return [
        Tensor(rng.normal(size=(3, 2)), requires_grad=True, dtype=dtype, name="W"),
        Tensor(rng.normal(size=2), requires_grad=True, dtype=dtype),
        Value(0.5, name="scale"),
    ]


def loss_of(W, b, scale):
    return (((X @ W + b).tanh() * scale - 0.3) ** 2).mean()


def train(optimizer, params, steps, loss=loss_of):
    for _ in range(steps):
        optimizer.zero_grad()
        loss(*params).backward()
        optimizer.step()


def numbers(params):
    return [np.array(p.data) for p in params]


def same_bits(xs, ys):
    return all(np.array_equal(x, y) for x, y in zip(xs, ys, strict=True))


# --- one vector -------------------------------------------------------------------------------


def test_tensors_are_views_of_one_vector():
    params = [Tensor(np.ones(shape), requires_grad=True) for shape in [(2, 3), (), (4,)]]
    GradientDescent(params)
    bases = {id(p.data.base) for p in params}
    assert len(bases) == 1
    assert params[0].data.base.shape == (11,)


def test_an_optimizer_updates_nothing_at_birth():
    params = parameters()
    before = numbers(params)
    Adam(params)
    assert same_bits(numbers(params), before)


@pytest.mark.parametrize("make", EVERY)
def test_float32_stays_float32_and_learns(make):
    params = parameters(np.float32)
    start = loss_of(*params).item()
    train(make(params), params, 20)
    assert [p.data.dtype for p in params[:2]] == [np.float32, np.float32]
    assert loss_of(*params).item() < start


@pytest.mark.parametrize("make", EVERY)
def test_one_vector_or_one_by_one_is_the_same(make):
    together, apart = parameters(), parameters()
    optimizer = make(together)
    singles = [make([p]) for p in apart]
    for _ in range(5):
        train(optimizer, together, 1)
        for p in apart:
            p.grad = None
        loss_of(*apart).backward()
        for single in singles:
            single.step()
    assert same_bits(numbers(together), numbers(apart))


def test_a_transposed_gradient_is_read_in_order():
    w = Tensor(np.zeros((2, 3)), requires_grad=True)
    w.grad = np.arange(6.0).reshape(3, 2).T
    GradientDescent([w], lr=1.0).step()
    np.testing.assert_array_equal(w.data, -np.arange(6.0).reshape(3, 2).T)


def test_gradients_that_are_nodes_are_read():
    w, v = Value(3.0), Tensor([1.0, 2.0], requires_grad=True)
    ((w * w) + (v * v).sum()).backward(create_graph=True)
    GradientDescent([w, v], lr=0.5).step()
    assert w.data == 0
    np.testing.assert_array_equal(v.data, [0, 0])
    w.grad = v.grad = None


def test_a_gradient_of_another_shape_is_refused():
    w = Tensor(np.zeros((2, 3)), requires_grad=True, name="w")
    w.grad = np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"'w' has shape \(2, 3\).*gradient has shape \(3, 2\)"):
        GradientDescent([w]).step()


# --- re-adoption ------------------------------------------------------------------------------


@pytest.mark.parametrize("make", EVERY)
def test_reassigned_data_is_adopted_and_the_state_kept(make):
    params, expected = parameters(), parameters()
    optimizer, other = make(params), make(expected)
    train(optimizer, params, 3)
    train(other, expected, 3)
    for p, q in zip(params, expected, strict=True):
        p.data = np.array(p.data) + 1  # new memory
        with no_grad():
            q += 1  # in place, still a view
    train(optimizer, params, 3)
    train(other, expected, 3)
    assert same_bits(numbers(params), numbers(expected))


def test_two_optimizers_over_one_trunk_both_move_it():
    trunk, head_a, head_b = (Tensor([x], requires_grad=True) for x in (1.0, 2.0, 3.0))
    a, b = SGD([trunk, head_a], 0.1, momentum=0.5), SGD([trunk, head_b], 0.1, momentum=0.5)
    w, va, vb, ma, mb = 1.0, 2.0, 3.0, np.zeros(2), np.zeros(2)
    for _ in range(4):
        train(a, [trunk, head_a], 1, lambda t, h: (t * h).sum())
        ma = 0.5 * ma + [va, w]
        w, va = np.array([w, va]) - 0.1 * ma
        train(b, [trunk, head_b], 1, lambda t, h: (t * h).sum())
        mb = 0.5 * mb + [vb, w]
        w, vb = np.array([w, vb]) - 0.1 * mb
        np.testing.assert_allclose([trunk.data[0], head_a.data[0], head_b.data[0]], [w, va, vb])


def test_a_cell_run_again_leaves_no_dead_optimizer():
    w = Tensor([1.0], requires_grad=True)
    first = GradientDescent([w], lr=0.25)
    second = GradientDescent([w], lr=0.25)
    train(second, [w], 1, lambda w: (w * w).sum())
    assert w.data[0] == 0.5
    train(first, [w], 1, lambda w: (w * w).sum())
    assert w.data[0] == 0.25


def test_a_parameter_of_another_dtype_is_refused_by_name():
    w = Tensor([1.0], requires_grad=True, name="w")
    optimizer = GradientDescent([w])
    w._data = w._data.astype(np.float32)
    with pytest.raises(ValueError, match=r"'w' was float64 \(1,\).*float32 \(1,\) now"):
        optimizer.step()


# --- what the graph is told -------------------------------------------------------------------


@pytest.mark.parametrize("w", [Value(2.0, name="w"), Tensor(2.0, requires_grad=True, name="w")])
def test_an_old_graph_refuses_backward_after_a_step(w):
    old = w * w
    loss = w * 3.0
    loss.backward()
    GradientDescent([w], lr=0.1).step()
    with pytest.raises(RuntimeError, match="'w' was changed after it was used"):
        old.backward()


def test_a_parameter_that_was_left_out_is_not_changed():
    used, unused = Value(2.0), Value(3.0)
    old = unused * unused
    optimizer = Adam([used, unused])
    (used * used).backward()
    optimizer.step()
    old.backward()
    assert unused.grad == 6.0


# --- options ----------------------------------------------------------------------------------


def test_groups_have_options_of_their_own():
    a, b = Value(1.0), Value(1.0)
    optimizer = SGD([{"params": [a], "lr": 0.5}, {"params": [b]}], lr=0.1)
    (a + b).backward()
    optimizer.step()
    assert (a.data, b.data) == (0.5, 0.9)


def test_a_group_may_join_later():
    a, b, c = Value(1.0), Value(1.0), Tensor([1.0], requires_grad=True)
    optimizer = SGD([a], lr=0.1, momentum=0.5)
    (a * 1.0).backward()
    optimizer.step()
    optimizer.add_param_group({"params": iter([b]), "lr": 0.5})
    optimizer.add_param_group({"params": c})
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.5, 0.1]
    assert optimizer.param_groups[1]["momentum"] == 0.5
    optimizer.zero_grad()
    (a + b + c.sum()).backward()
    optimizer.step()
    assert (a.data, b.data, c.data.item()) == (1 - 0.1 - 0.1 * 1.5, 0.5, 0.9)
    assert optimizer.state_dict()["param_groups"][2]["params"] == [2]
    with pytest.raises(TypeError, match="twice"):
        optimizer.add_param_group({"params": [a]})
    with pytest.raises(ValueError, match="lr must be positive"):
        optimizer.add_param_group({"params": [Value(1.0)], "lr": -1.0})
    with pytest.raises(TypeError, match="'learning_rate' is not an option"):
        optimizer.add_param_group({"params": [Value(1.0)], "learning_rate": 1.0})
    assert len(optimizer.param_groups) == 3


@pytest.mark.parametrize("make", EVERY)
def test_a_closure_computes_the_loss_first(make):
    xs, ys = parameters(), parameters()
    one, other = make(xs), make(ys)

    def closure():
        one.zero_grad()
        loss = loss_of(*xs)
        loss.backward()
        return loss

    for _ in range(3):
        with no_grad():  # the closure records its graph all the same
            told = one.step(closure)
        other.zero_grad()
        loss = loss_of(*ys)
        loss.backward()
        assert other.step() is None
        assert told.item() == loss.item()
    assert same_bits(numbers(xs), numbers(ys))


def test_options_are_read_at_every_step():
    w = Value(1.0)
    optimizer = GradientDescent([w], lr=0.5)
    w.grad = 1.0
    optimizer.step()
    optimizer.param_groups[0]["lr"] = 0.0
    optimizer.step()
    assert w.data == 0.5
    optimizer.param_groups[0]["lr"] = 0.25
    optimizer.step()
    assert w.data == 0.25


def test_zero_grad_forgets():
    w = Value(1.0)
    w.grad = 2.0
    GradientDescent([w]).zero_grad()
    assert w.grad is None


def test_repr_names_the_rule_and_its_options():
    assert repr(RMSprop([Value(1.0)], alpha=0.9)).startswith("RMSprop(1 parameters, lr=0.01, alpha")


@pytest.mark.parametrize("make", EVERY)
def test_a_loaded_state_continues_bit_for_bit(make):
    params = parameters()
    optimizer = make(params)
    train(optimizer, params, 4)
    saved, weights = optimizer.state_dict(), numbers(params)
    train(optimizer, params, 4)

    again = parameters()
    for p, w in zip(again, weights, strict=True):
        p.data = w
    fresh = make(again)
    fresh.load_state_dict(saved)
    train(fresh, again, 4)
    assert same_bits(numbers(again), numbers(params))


def test_state_dict_has_pytorchs_form():
    params = parameters()
    optimizer = Adam(params, lr=0.1)
    loss_of(*params).backward()
    params[1].grad = None
    optimizer.step()
    saved = optimizer.state_dict()
    assert saved["param_groups"][0]["params"] == [0, 1, 2]
    assert saved["param_groups"][0]["lr"] == 0.1
    assert list(saved["state"]) == [0, 2]
    assert saved["state"][0]["step"] == 1
    assert saved["state"][0]["m"].shape == (3, 2)
    saved["state"][0]["m"][:] = np.nan
    assert np.isfinite(optimizer.state_dict()["state"][0]["m"]).all()


def test_a_state_of_other_parameters_is_refused():
    saved = Adam([Value(1.0), Value(2.0)]).state_dict()
    with pytest.raises(ValueError, match=r"groups of \[2\] parameters, this optimizer of \[1\]"):
        Adam([Value(1.0)]).load_state_dict(saved)
    w = Tensor([1.0, 2.0], requires_grad=True)
    w.grad = w.data
    optimizer = Adam([w])
    optimizer.step()
    with pytest.raises(ValueError, match=r"saved 'm' has shape \(2,\), its parameter has shape"):
        Adam([Tensor([1.0], requires_grad=True)]).load_state_dict(optimizer.state_dict())


def test_a_state_of_another_rule_is_refused():
    saved = Adam([Value(1.0)]).state_dict()
    with pytest.raises(ValueError, match="another kind of optimizer: 'amsgrad' is no option here"):
        SGD([Value(1.0)]).load_state_dict(saved)
    with pytest.raises(ValueError, match=r"'alpha' is an option here\s+and not there"):
        RMSprop([Value(1.0)]).load_state_dict(GradientDescent([Value(1.0)]).state_dict())
    optim.lr_scheduler.StepLR(scheduled := Adam([Value(1.0)]), 2)
    Adam([Value(1.0)]).load_state_dict(scheduled.state_dict())  # a schedule's notes do not count


# --- explain_step -----------------------------------------------------------------------------


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("gap", [False, True])
def test_explain_step_is_what_step_then_does(make, dtype, gap):
    params = parameters(dtype)
    optimizer = make(params)
    for turn in range(3):
        optimizer.zero_grad()
        loss_of(*params).backward()
        if gap and turn:
            params[turn - 1].grad = None
        before, moving = numbers(params), [p.grad is not None for p in params]
        rows = list(optimizer.explain_step())
        assert same_bits(numbers(params), before)
        gradients = [np.array(p.grad) for p in params if p.grad is not None]
        optimizer.step()
        after = [x for x, moves in zip(numbers(params), moving, strict=True) if moves]
        before = [x for x, moves in zip(before, moving, strict=True) if moves]
        for field, arrays in [("old", before), ("gradient", gradients), ("new", after)]:
            told = np.array([getattr(row, field) for row in rows])
            assert np.array_equal(told, np.concatenate([a.ravel() for a in arrays]))
        for row in rows:
            assert row.new == pytest.approx(row.old - row.step, rel=1e-6)
            assert dtype is np.float32 or row.new == row.old - row.step


def test_explain_step_names_every_entry():
    params = parameters()
    loss_of(*params).backward()
    names = [row.name for row in GradientDescent(params, lr=0.1).explain_step()]
    assert names[:2] == ["W[0, 0]", "W[0, 1]"]
    assert names[-3:] == ["p1[0]", "p1[1]", "scale"]


def test_the_lectures_update_table():
    w, b = Value(0.5, name="w"), Value(-1.0, name="b")
    w.grad, b.grad = -8.0, 2.0
    table = GradientDescent([w, b], lr=0.1).explain_step()
    assert str(table).splitlines() == [
        "GradientDescent: new = old - step",
        "name  old  gradient  step   new",
        "w     0.5        -8  -0.8   1.3",
        "b      -1         2   0.2  -1.2",
    ]


def test_a_long_table_is_printed_in_part_and_saved_whole(tmp_path):
    big = Tensor(np.arange(100.0), requires_grad=True, name="big<")
    many = [Value(1.0) for _ in range(60)]
    big.grad = big.data
    for value in many:
        value.grad = 1.0
    table = GradientDescent([big, *many], lr=0.1).explain_step()
    lines = str(table).splitlines()
    assert "... and 92 more of big<" in lines
    assert lines[-1] == "... and 28 more"
    assert len(lines) == 2 + 40 + 2
    html = table._repr_html_()
    assert html.count("<tr>") == 1 + 40 + 2
    assert "92 more of big&lt;" in html
    table.to_csv(tmp_path / "step.csv")
    with (tmp_path / "step.csv").open() as file:
        saved = list(csv.DictReader(file))
    assert len(saved) == len(table) == 160
    for text, row in zip(saved, table, strict=True):
        assert [float(text[field]) for field in row._fields[1:]] == list(row[1:])


# --- errors -----------------------------------------------------------------------------------


def test_no_parameters():
    with pytest.raises(ValueError, match=r"no parameters\.\n.*Why.*\n.*model\.parameters"):
        SGD([], lr=0.1)
    with pytest.raises(ValueError, match="no parameters"):
        Adam(lr=1e-3)
    generator = (w for w in [Value(1.0)])
    SGD(generator, lr=0.1)
    with pytest.raises(ValueError, match="no parameters: this generator was already used up"):
        SGD(generator, lr=0.1)


@pytest.mark.parametrize("lr", [-0.1, float("nan")])
def test_a_learning_rate_that_is_not_positive(lr):
    with pytest.raises(ValueError, match=rf"lr must be positive; got {lr}[^.]*\..*\n.*minus sign"):
        SGD([Value(1.0)], lr=lr)
    with pytest.raises(ValueError, match="lr must be positive"):
        SGD([{"params": [Value(1.0)], "lr": lr}])


@pytest.mark.parametrize(("lr", "effect"), [(0, "nothing would change"), (11, "seldom converge")])
def test_a_learning_rate_that_hardly_makes_sense_hints_at_the_callers_line(lr, effect):
    with pytest.warns(Hint, match=effect) as caught:
        SGD([Value(1.0)], lr=lr)
    assert [warning.filename for warning in caught] == [__file__]


def test_schedules_may_reach_zero():
    w = Value(1.0)
    optimizer = SGD([w], lr=0.1)
    optimizer.param_groups[0]["lr"] = 0.0
    w.grad = 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda w: SGD(w, momentum=-0.9), "momentum must be at least 0; got -0.9"),
        (lambda w: SGD(w, momentum=0, nesterov=True), "momentum must be positive"),
        (lambda w: Adam(w, betas=(0.9, 1.0)), r"betas must be in \[0, 1\); got \(0.9, 1.0\)"),
        (lambda w: RMSprop(w, alpha=1.5), r"alpha must be in \[0, 1\); got 1.5"),
        (lambda w: Adam(w, eps=-1), "eps must be at least 0; got -1"),
    ],
)
def test_options_without_meaning(make, message):
    with pytest.raises(ValueError, match=message):
        make([Value(1.0)])


def test_what_is_not_a_list_of_parameters():
    w = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match="a list of parameters, but got a Tensor"):
        SGD(w, lr=0.1)
    with pytest.raises(TypeError, match=r"got a object\.[\s\S]*model\.parameters\(\)"):
        SGD(object(), lr=0.1)
    with pytest.raises(TypeError, match="'w' is not a parameter"):
        SGD({"w": w}, lr=0.1)
    with pytest.raises(TypeError, match=r"op=.*is not a parameter"):
        SGD([w * 2], lr=0.1)
    with pytest.raises(TypeError, match="twice"):
        SGD([w, w], lr=0.1)
    with pytest.raises(TypeError, match="a list of parameters, but got a NoneType"):
        SGD([{"params": None}])
    with pytest.raises(TypeError, match="'learning_rate' is not an option"):
        SGD([{"params": [w], "learning_rate": 0.1}])


def test_step_before_backward():
    optimizer = SGD([Value(1.0)], lr=0.1)
    for act in (optimizer.step, optimizer.explain_step):
        with pytest.raises(RuntimeError, match=r"no parameter has a gradient[\s\S]*loss\.backward"):
            act()


def test_the_base_class_has_no_rule():
    w = Value(1.0)
    w.grad = 1.0
    with pytest.raises(NotImplementedError):
        Optimizer([w], lr=0.1).step()


def test_another_package_named_autograd_is_refused(tmp_path):
    import subprocess
    import sys
    from pathlib import Path

    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("def grad(f): ...\n")
    (tmp_path / "optim").symlink_to(Path(optim.__file__).parent)
    run = subprocess.run(
        [sys.executable, "-c", "import optim"], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "pip uninstall -y autograd chainrule && pip install chainrule" in run.stderr
    assert "ImportError" in run.stderr.splitlines()[-3]


def test_a_vector_longer_than_a_block_takes_the_same_step():
    n = BLOCK + 5
    start, slope = np.linspace(-1, 1, n), np.linspace(3, 1, n)
    whole = Tensor(start, requires_grad=True)
    parts = [Tensor(piece, requires_grad=True) for piece in np.split(start, [7, 1000])]
    one, many = Adam([whole], lr=0.1), [Adam([part], lr=0.1) for part in parts]
    for _ in range(3):
        whole.grad = slope
        one.step()
        for part, g, optimizer in zip(parts, np.split(slope, [7, 1000]), many, strict=True):
            part.grad = g
            optimizer.step()
    assert np.array_equal(whole.data, np.concatenate([part.data for part in parts]))
    assert one.state_dict()["state"][0]["m"].shape == (n,)


def test_a_rule_may_assign_to_its_memory():
    class Averaged(Optimizer):
        def update(self, w, g, t, memory, group):
            memory["m"] = 0.5 * memory["m"] + g
            return group["lr"] * memory["m"]

    w = Tensor([0.0, 0.0], requires_grad=True)
    optimizer = Averaged([w], lr=1.0)
    for _ in range(2):
        w.grad = np.array([1.0, 2.0])
        optimizer.step()
    assert w.data.tolist() == [-2.5, -5.0]


def pickled(pair):
    return pickle.loads(pickle.dumps(pair))


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
@pytest.mark.parametrize("make", EVERY)
def test_a_copied_pair_learns_like_the_first_and_apart_from_it(make, copied):
    params = parameters()
    optimizer = make(params)
    train(optimizer, params, 2)
    others, other = copied((params, optimizer))
    before = numbers(params)
    train(other, others, 3)
    assert same_bits(numbers(params), before)
    assert others[0].data.base is others[1].data.base is not params[0].data.base
    train(optimizer, params, 3)
    assert same_bits(numbers(others), numbers(params))
    assert not same_bits(numbers(others), before)


def test_explaining_a_step_leaves_the_views_in_place():
    params = parameters()
    optimizer = Adam(params)
    loss_of(*params).backward()
    views = [p.data for p in params[:2]]
    optimizer.explain_step()
    assert all(p.data is view for p, view in zip(params, views, strict=False))


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        (SGD, {"lr": "0.1"}, r"lr must be a number; got '0\.1'"),
        (SGD, {"lr": None}, r"lr must be a number; got None"),
        (SGD, {"lr": Value(0.1)}, r"lr must be a number; got Value\(0\.1\)"),
        (SGD, {"momentum": "x"}, r"momentum must be a number; got 'x'"),
        (SGD, {"momentum": "x", "nesterov": True}, r"momentum must be a number; got 'x'"),
        (SGD, {"dampening": [0.1]}, r"dampening must be a number; got \[0\.1\]"),
        (Adam, {"betas": 0.9}, r"betas must be two numbers; got 0\.9[\s\S]*betas=\(0\.9, 0\.999\)"),
        (Adam, {"betas": (0.9,)}, r"betas must be two numbers; got \(0\.9,\)"),
        (RMSprop, {"alpha": None}, r"alpha must be a number; got None"),
    ],
)
def test_options_are_numbers(kind, options, told):
    with pytest.raises(TypeError, match=told):
        kind([Value(1.0)], **options)


def test_numpy_numbers_are_numbers():
    assert "lr=0.5" in repr(SGD([Value(1.0)], lr=np.float32(0.5))).replace("np.float32(0.5)", "0.5")


def test_a_state_without_its_parts():
    optimizer = SGD([Value(1.0)], lr=0.1)
    with pytest.raises(ValueError, match="no 'state' and no 'param_groups'"):
        optimizer.load_state_dict({})
    with pytest.raises(ValueError, match=r"no 'state' here[\s\S]*load_state_dict\(saved\)"):
        optimizer.load_state_dict({"param_groups": []})


def test_a_step_after_the_model_was_built_anew():
    optimizer = SGD([Value(1.0)], lr=0.1)
    w = Value(1.0)
    (w * w).backward()
    with pytest.raises(RuntimeError, match=r"other\s+parameters than the model[\s\S]*run the cell"):
        optimizer.step()


def one_step(w, optimizer):
    (w * w).sum().backward()
    optimizer.step()


@pytest.mark.parametrize("kind", [Value, lambda x: Tensor([x], requires_grad=True)])
def test_e04_gradients_that_are_never_reset_are_hinted_at_once(kind):
    w = kind(3.0)
    optimizer = SGD([w], lr=0.1)
    one_step(w, optimizer)
    with pytest.warns(Hint, match=r"E04") as caught:
        one_step(w, optimizer)
    assert "optimizer.zero_grad()" in str(caught[0].message)
    one_step(w, optimizer)  # and not again: warnings are errors here


@pytest.mark.parametrize("reset", ["zero_grad", "None", "accumulate", "micro-batches"])
def test_e04_says_nothing_where_gradients_are_reset_or_summed_on_purpose(reset):
    w = Value(3.0)
    optimizer = Adam([w], lr=0.1, accumulate=reset == "accumulate")
    for _ in range(3):
        one_step(w, optimizer)
        if reset == "zero_grad":
            optimizer.zero_grad()
        elif reset == "None":
            w.grad = None
        elif reset == "micro-batches":
            optimizer.zero_grad()
            (w * w).backward()
