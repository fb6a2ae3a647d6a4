"""The record and the sweep: order, accumulation, freedom from cycles, and what backward refuses."""

import gc
import threading
import weakref

import numpy as np
import pytest

import autograd
from autograd import GraphError, ShapeError, Tensor, Value, gradients, history, no_grad, sweep
from autograd.op import NaryOp


def told(caught):
    """The message of an exception, its line breaks undone."""
    return " ".join(str(caught.value).split())


def tensors(*rows):
    return [Tensor(row, requires_grad=True) for row in rows]


# --- the record --------------------------------------------------------------------------------


def test_args_are_ordered_with_repeats_kept_and_constants_raw():
    a, b = Value(2.0), Value(3.0)
    assert (a * b).args == (a, b)
    assert (a * a).args == (a, a)
    assert a.args == ()
    assert a.exp().args == (a,)
    for z in (a * 3, a * 3.0, a * np.float64(3)):
        assert z.args[0] is a
        assert type(z.args[1]) is float
        assert z.args[1] == 3.0
    assert (3 - a).args[0] == 3
    assert type((3 - a).args[0]) is float
    row = np.array([1.0, 2.0])
    (t,) = tensors([1.0, 2.0])
    assert (t * row).args[1] is row
    assert autograd.stack([a, 5.0, b]).args[1] == 5.0


def test_a_node_knows_how_it_was_made():
    (t,) = tensors([[1.0, 2.0]])
    z = t.sum(axis=1)
    assert z.op.name == "sum"
    assert z.static == {"axis": 1, "keepdims": False}
    assert z.grad is None
    assert t.op is None
    assert t.static == {}
    assert t.born < z.born


def test_inputs_are_recorded_only_where_a_gradient_is_wanted():
    plain, tracked = Tensor([1.0]), Tensor([1.0], requires_grad=True)
    assert (plain * plain).args == ()
    assert (plain * plain).op is None
    assert not (plain * plain).requires_grad
    assert (plain * tracked).args == (plain, tracked)
    with no_grad():
        z = tracked * tracked
    assert (z.args, z.op, z.requires_grad) == ((), None, False)


def test_history_is_youngest_first_and_lists_every_node_once():
    a, b = Value(2.0), Value(3.0)
    c, d = a + b, a * b
    e, f = c + d, c * d
    y = e + f
    assert history(y) == sorted({a, b, c, d, e, f, y}, key=lambda node: -node.born)
    assert history(a) == [a]


# --- why order matters -------------------------------------------------------------------------


def diamond(a, b):
    c, d = a + b, a * b
    e, f = c + d, c * d
    return e + f


def recursion(node, gradient):
    """The naive way: pass on what has arrived so far, once for every path."""
    node.found = getattr(node, "found", 0.0) + gradient
    for source, slope in node.edges:
        recursion(source, node.found * slope)


class Plain:
    """Just enough of a node for the recursion: a number and its (input, local derivative) pairs."""

    def __init__(self, number, *edges):
        self.number, self.edges = number, edges

    def __add__(self, other):
        return Plain(self.number + other.number, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return Plain(self.number * other.number, (self, other.number), (other, self.number))


def test_the_counter_example_on_order():
    a, b = Value(2.0), Value(3.0)
    diamond(a, b).backward()
    assert (a.grad, b.grad) == (25.0, 19.0)
    x, y = Plain(2.0), Plain(3.0)
    recursion(diamond(x, y), 1.0)
    assert (x.found, y.found) == (29.0, 22.0)
    eps = 1e-6
    assert (diamond(2 + eps, 3) - diamond(2 - eps, 3)) / (2 * eps) == pytest.approx(25)
    assert (diamond(2, 3 + eps) - diamond(2, 3 - eps)) / (2 * eps) == pytest.approx(19)


def test_a_chain_of_a_million_nodes():
    x = Value(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + 1.0
    y.backward()
    assert (y.data, x.grad) == (1_000_001.0, 1.0)
    del y  # must not recurse either


def test_a_long_chain_of_tensors_is_freed_without_recursion():
    (x,) = tensors([1.0])
    y = x
    for _ in range(100_000):
        y = y * 1.0
    last = weakref.ref(y)
    del y
    assert last() is None


# --- the sweep only reads ----------------------------------------------------------------------


def swept(root, **options):
    return [
        (node, g, [(s, share) for s, share in sent]) for node, g, sent in sweep(root, **options)
    ]


def test_the_sweep_tells_each_share():
    a, b = Value(2.0), Value(3.0)
    c = a * b
    y = c + a
    assert swept(y) == [
        (y, 1.0, [(c, 1.0), (a, 1.0)]), (c, 1.0, [(a, 3.0), (b, 2.0)]), (b, 2.0, []), (a, 4.0, []),
    ]  # fmt: skip


def snapshot(root):
    slots = ("_data", "_rare", "_x", "_y", "born", "grad", "op", "requires_grad")
    return [[getattr(node, slot) for slot in slots] for node in history(root)]


def test_the_sweep_writes_on_no_node():
    a, b = Value(2.0), Value(3.0)
    y = diamond(a, b)
    before = snapshot(y)
    first, second = sweep(y), sweep(y)
    interleaved = list(zip(first, second, strict=True))
    assert all(one[:2] == two[:2] for one, two in interleaved)
    assert swept(y) == swept(y)
    partly = sweep(y)
    next(partly)
    partly.close()
    assert snapshot(y) == before
    assert a.grad is None


def test_the_sweep_runs_in_threads_at_once():
    a, b = Value(2.0), Value(3.0)
    y = diamond(a, b)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append({n: g for n, g, _ in sweep(y)}[a]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [25.0] * 8


def test_the_sweep_and_gradients_neither_set_nor_heed_the_second_backward_mark():
    a = Value(3.0)
    y = a * a
    gradients(y, a)
    list(sweep(y))
    y.backward()
    assert gradients(y, a) == (6.0,)
    assert len(swept(y)) == 2
    assert a.grad == 6.0


def random_graph(seed):
    """A graph of mixed Values and Tensors, with much sharing."""
    rng = np.random.default_rng(seed)
    nodes = [Value(0.5), Tensor([0.3, 0.7], requires_grad=True), Value(1.5),
             Tensor([[0.2], [0.9]], requires_grad=True)]  # fmt: skip
    leaves = list(nodes)
    for _ in range(25):
        x, y = (nodes[i] for i in rng.integers(len(nodes), size=2))
        kind = rng.integers(4)
        nodes.append([x + y, x * y, (x - y).tanh(), autograd.maximum(x, y).sin()][kind])
    return leaves, autograd.stack([node.sum() if node.shape else node for node in nodes]).sum()


@pytest.mark.parametrize("seed", range(10))
def test_backward_stores_what_the_sweep_finds(seed):
    _, root = random_graph(seed)
    found = {node: g for node, g, _ in sweep(root)}
    root.backward()
    for node in history(root):
        assert type(node.grad) is type(found.get(node))
        assert np.array_equal(node.grad, found[node])
        assert np.shape(node.grad) == node.shape


@pytest.mark.parametrize("seed", range(10))
def test_create_graph_finds_the_same_numbers(seed):
    leaves, root = random_graph(seed)
    plain = gradients(root, leaves)
    nodes = gradients(root, leaves, create_graph=True)
    for leaf, number, node in zip(leaves, plain, nodes, strict=True):
        assert isinstance(node, type(leaf))
        assert np.allclose(node.data, number, rtol=1e-13)


# --- accumulation ------------------------------------------------------------------------------


def test_gradients_are_none_until_computed():
    a, b = Value(2.0), Value(3.0)
    y = a * 2
    assert a.grad is y.grad is None
    y.backward()
    assert b.grad is None
    a.zero_grad()
    assert a.grad is None


def test_a_second_pass_doubles_a_leaf_exactly_and_assigns_the_rest():
    # 0.1 + 0.2 + 0.3 added one by one to an old gradient would round differently
    (x,) = tensors([0.1, 0.7])
    y = x * 0.1
    z = (y + x * 0.2 + x.sin() * 0.3).sum()
    z.backward(retain_graph=True)
    once, inner = x.grad.copy(), y.grad.copy()
    z.backward()
    assert (x.grad == 2 * once).all()
    assert (y.grad == inner).all()
    assert (x.grad != once).all()


def test_values_double_exactly_too():
    x = Value(0.1)
    z = x * 0.1 + x * 0.2 + x * 0.3 + x
    z.backward(retain_graph=True)
    once = x.grad
    z.backward()
    assert x.grad == 2 * once


def test_the_old_gradient_is_not_changed_in_place():
    (x,) = tensors([1.0, 2.0])
    (x * 2).sum().backward()
    old = x.grad
    (x * 3).sum().backward()
    assert old.tolist() == [2.0, 2.0]
    assert x.grad.tolist() == [5.0, 5.0]


def test_two_losses_over_one_trunk_accumulate():
    w = Value(3.0)
    trunk = w * w
    first, second = trunk * 2, trunk + w
    first.backward()
    assert w.grad == 12.0
    second.backward()
    assert w.grad == 12.0 + 7.0
    assert trunk.grad == 1.0


@pytest.mark.parametrize("build", [lambda x: x + x, lambda x: x * x], ids=["x+x", "x*x"])
@pytest.mark.parametrize(
    "leaf", [lambda: Value(3.0), lambda: tensors(3.0)[0]], ids=["Value", "Tensor"]
)
def test_e02_a_second_backward_is_refused_alike(build, leaf):
    x = leaf()
    loss = build(x)
    loss.name = "loss"
    loss.backward()
    once = float(x.grad)
    with pytest.raises(GraphError) as caught:
        loss.backward()
    message = told(caught)
    assert "backward() already ran on this graph (result 'loss'" in message
    assert f"op {loss.op.name}" in message
    assert "re-run the cell that builds the loss, or backward(retain_graph=True)" in message
    assert "PyTorch would say: Trying to backward through the graph a second time" in message
    assert "See: E02" in message
    assert x.grad == once
    build(x).backward()  # the Fix: build the loss again
    assert x.grad == 2 * once


def test_retain_graph_allows_one_more_pass():
    x = Value(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad == 18.0
    with pytest.raises(GraphError, match="already ran"):
        y.backward()


def test_a_leaf_may_be_a_root_again_and_again():
    x = Value(3.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


# --- whose arrays ------------------------------------------------------------------------------

SHARING = {
    "a + b": lambda a, b: a + b,
    "a + b + a": lambda a, b: a + b + a,
    "reshape": lambda a, b: a.reshape(4) + b.ravel(),
    "transposes": lambda a, b: a.T + b.T,
    "swapaxes": lambda a, b: a.swapaxes(0, 1) + b,
    "broadcast": lambda a, b: a.broadcast_to((3, 2, 2)) + b.broadcast_to((3, 2, 2)),
    "stack": lambda a, b: autograd.stack([a, b]),
    "concatenate": lambda a, b: autograd.concatenate([a, b]),
    "sum": lambda a, b: a.sum() + b.sum(),
    "mean": lambda a, b: a.mean() + b.mean(),
    "slices": lambda a, b: a[:, :] + b[...],
    "positive": lambda a, b: +a + +b,
    "expand_dims": lambda a, b: a.expand_dims(0) + b.expand_dims(0),
    "astype": lambda a, b: a.astype(float) + b.astype(float),
}


@pytest.mark.parametrize("name", SHARING)
def test_a_leafs_gradient_is_nobody_elses_array(name):
    a, b = tensors(np.eye(2), np.ones((2, 2)))
    z = SHARING[name](a, b)
    start = np.full(z.shape, 2.0)
    z.backward(start)
    others = [np.array(node.grad) for node in history(z) if node is not a]
    a.grad *= 100.0  # also shows that the array may be written
    again = [node.grad for node in history(z) if node is not a]
    assert all(np.array_equal(x, y) for x, y in zip(others, again, strict=True))
    assert (start == 2.0).all()
    assert (a.grad == 100.0 * b.grad * (2.0 if name == "a + b + a" else 1.0)).all()


def test_one_array_sent_to_several_inputs_becomes_several():
    total = NaryOp("total", lambda *xs: xs[0] + xs[1], lambda g, z, args, i: g * 1.0)
    both = NaryOp("both", lambda *xs: xs[0] + xs[1], lambda g, z, args, i: shared(g))
    kept = {}

    def shared(g):
        return kept.setdefault("g", g * 1.0)

    for op in (total, both):
        a, b, c = tensors([1.0, 2.0], [3.0, 4.0], [5.0, 6.0])
        h = c * 2.0
        op(op(a, b), h).sum().backward()
        seen = h.grad.copy()
        a.grad *= 7.0
        b.grad *= 5.0
        assert (a.grad.tolist(), b.grad.tolist()) == ([7.0, 7.0], [5.0, 5.0])
        assert np.array_equal(h.grad, seen)
        kept.clear()


def test_the_gradient_given_to_a_leaf_stays_the_callers():
    (a,) = tensors([1.0, 2.0])
    given = np.array([1.0, 1.0])
    a.backward(given)
    a.grad *= 5.0
    assert given.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_gradient_has_its_nodes_shape_and_dtype(dtype):
    a = Tensor(np.ones((2, 1)), requires_grad=True, dtype=dtype)
    b = Tensor(np.ones(3), requires_grad=True)
    v = Value(2.0)
    z = (a * b * v).mean()
    z.backward()
    assert (a.grad.shape, a.grad.dtype) == ((2, 1), np.dtype(dtype))
    assert (b.grad.shape, b.grad.dtype) == ((3,), np.dtype(float))
    assert type(v.grad) is float
    assert type(z.grad) is np.ndarray


def test_a_tensor_without_axes_keeps_an_array_as_gradient():
    (a,) = tensors(2.0)
    (a * a * 3 + a).backward()
    assert type(a.grad) is np.ndarray
    assert a.grad.shape == ()
    assert a.grad == 13.0


# --- gradients of gradients --------------------------------------------------------------------


def test_create_graph_gives_second_and_third_derivatives():
    x = Value(2.0)
    (first,) = gradients(x**4, x, create_graph=True)
    (second,) = gradients(first, x, create_graph=True)
    (third,) = gradients(second, x, create_graph=True)
    assert (first.data, second.data, third.data) == (32.0, 48.0, 48.0)


def test_create_graph_stores_nodes_and_retains():
    (x,) = tensors([1.0, 2.0])
    y = (x**3).sum()
    y.backward(create_graph=True)
    assert isinstance(x.grad, Tensor)
    slope = x.grad
    x.zero_grad()
    slope.sum().backward()
    assert x.grad.tolist() == [6.0, 12.0]
    x.zero_grad()
    y.backward()
    assert x.grad.tolist() == [3.0, 12.0]


def test_create_graph_works_inside_no_grad():
    x = Value(2.0)
    y = x * x * x + x * x
    with no_grad():
        y.backward(create_graph=True)
        y.backward(create_graph=True)  # also the sum with the old gradient is recorded
    slope = x.grad
    assert slope.data == 32.0
    x.zero_grad()
    slope.backward()
    assert x.grad == 2 * (6 * 2.0 + 2)
    with no_grad():
        (slope,) = gradients(y, x, create_graph=True)
    assert slope.requires_grad


def test_create_graph_leaves_alone_what_receives_nothing():
    a, b = Value(2.0), Value(3.0)
    (a * b).backward()
    b.requires_grad = False
    (a * b).backward(create_graph=True)
    assert b.grad == 2.0


def test_a_gradient_given_as_a_node_is_differentiated_too():
    x, g = Value(2.0), Value(5.0)
    (slope,) = gradients(x * x, x, g, create_graph=True)
    assert slope.data == 20.0
    assert gradients(slope, [x, g]) == (10.0, 4.0)


# --- no cycles, no collector -------------------------------------------------------------------


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def model(x, w, v):
    h = autograd.softmax((x @ w).tanh() * v, axis=-1)
    return autograd.stack([h[0].sum(), autograd.maximum(h, 0.1).mean(), v * v]).logsumexp()


def parts():
    x = np.ones((2, 3))
    return x, *tensors(np.full((3, 2), 0.1)), Value(0.7)


@pytest.mark.usefixtures("no_collector")
def test_a_graph_is_freed_with_its_root():
    x, w, v = parts()
    root = model(x, w, v)
    watched = [weakref.ref(node) for node in history(root) if node not in {w, v}]
    assert len(watched) > 5
    del root
    assert [ref() for ref in watched if ref() is not None] == []


@pytest.mark.usefixtures("no_collector")
def test_a_graph_is_freed_after_backward_gradients_and_sweep():
    x, w, v = parts()
    root = model(x, w, v)
    root.backward()
    gradients(root, [w, v])
    slopes = gradients(root, [w, v], create_graph=True)
    list(sweep(root))
    watched = [weakref.ref(n) for s in (root, *slopes) for n in history(s) if n not in {w, v}]
    del root, slopes
    assert [ref() for ref in watched if ref() is not None] == []


@pytest.mark.usefixtures("no_collector")
def test_a_graph_is_freed_after_an_exception():
    x, w, v = parts()
    root = model(x, w, v)

    def refuse(gradient):
        raise ArithmeticError("planted")

    v.register_hook(refuse)
    with pytest.raises(ArithmeticError, match="planted"):
        root.backward()
    with pytest.raises(GraphError):
        model(x, w, v).reshape(1, 1).broadcast_to((2, 2)).backward()
    watched = [weakref.ref(node) for node in history(root) if node not in {w, v}]
    del root
    assert [ref() for ref in watched if ref() is not None] == []


@pytest.mark.usefixtures("no_collector")
def test_there_are_no_reference_cycles():
    def use():
        x, w, v = parts()
        root = model(x, w, v)
        root.backward()
        gradients(root, [w, v], create_graph=True)
        autograd.grad(autograd.grad(lambda t: t**3))(2.0)
        autograd.gradcheck(lambda a: a.sin() * a, 0.5, order=2)
        handle = v.register_hook(lambda g: None)
        handle.remove()

    use()
    assert gc.collect() == 0


# --- hooks -------------------------------------------------------------------------------------


def test_a_hook_replaces_the_gradient_before_it_is_used():
    x = Value(2.0)
    h = x * 3
    seen = []
    h.register_hook(lambda g: seen.append(g))
    h.register_hook(lambda g: g * 10)
    (h * h).backward()
    assert seen == [12.0]
    assert h.grad == 120.0
    assert x.grad == 360.0


def test_a_hook_on_a_leaf_sees_the_passs_gradient_alone_once():
    (x,) = tensors([1.0, 2.0])
    seen = []
    x.register_hook(lambda g: seen.append(g.tolist()))
    (x * 2 + x * 3).sum().backward()
    (x * 2 + x * 3).sum().backward()
    assert seen == [[5.0, 5.0], [5.0, 5.0]]
    assert x.grad.tolist() == [10.0, 10.0]


def test_a_hook_can_be_removed_and_is_heeded_by_the_sweep():
    x = Value(2.0)
    y = x * x
    handle = x.register_hook(lambda g: -g)
    assert gradients(y, x) == (-4.0,)
    handle.remove()
    assert gradients(y, x) == (4.0,)


def test_a_hook_that_removes_itself_does_not_hide_the_next():
    x, seen = Value(2.0), []
    handle = x.register_hook(lambda g: (seen.append("once"), handle.remove())[0])
    x.register_hook(lambda g: seen.append("always"))
    gradients(x * x, x)
    gradients(x * x, x)
    assert seen == ["once", "always", "always"]


# --- what is refused ---------------------------------------------------------------------------


def test_e01_names_the_shape_and_its_fix_works():
    (x,) = tensors([[1.0, 2.0]])
    y = x * 2
    with pytest.raises(GraphError) as caught:
        y.backward()
    message = told(caught)
    assert "needs a single number to start from, but this Tensor has shape (1, 2)" in message
    assert "loss = y.mean(); loss.backward()" in message
    assert "PyTorch would say: grad can be implicitly created only for scalar outputs" in message
    loss = y.mean()
    loss.backward()
    assert x.grad.tolist() == [[1.0, 1.0]]
    x.zero_grad()
    y.backward(np.ones((1, 2)))
    assert x.grad.tolist() == [[2.0, 2.0]]


def test_one_number_in_any_number_of_axes_needs_no_gradient():
    (x,) = tensors([[3.0]])
    (x * x).backward()
    assert x.grad.tolist() == [[6.0]]


@pytest.mark.parametrize("given", [1.0, np.ones(3), np.ones((1, 2))])
def test_a_given_gradient_must_have_the_nodes_shape(given):
    (x,) = tensors([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"the node has shape \(2,\)") as caught:
        (x * 2).backward(given)
    assert f"has shape {np.shape(given)}" in told(caught)
    assert "y.backward(np.ones((2,)))" in told(caught)
    (x * 2).backward(np.ones((2,)))


def test_e03_names_the_root_and_its_fix_works():
    loss = Tensor([1.0, 2.0]).sum()
    loss.name = "loss"
    with pytest.raises(GraphError) as caught:
        loss.backward()
    message = told(caught)
    assert "nothing upstream of 'loss'" in message
    assert "has requires_grad=True, so there is no gradient to compute" in message
    assert "w = Tensor(data, requires_grad=True)" in message
    (w,) = tensors([1.0, 2.0])
    w.sum().backward()
    assert w.grad.tolist() == [1.0, 1.0]
    with no_grad():
        z = w.sum()
    with pytest.raises(GraphError, match="nothing upstream"):
        z.backward()
    with pytest.raises(GraphError, match="nothing upstream"):
        w.detach().sum().backward()


CHANGES = {
    "assigned": lambda node: setattr(node, "data", node.data * 10),
    "in place": lambda node: node.__imul__(10.0),
}


def changed(node, how):
    with no_grad():
        CHANGES[how](node)


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize(
    "make", [lambda: Value(2.0, name="w"), lambda: Tensor([2.0], requires_grad=True, name="w")]
)
class TestDataChanged:
    """E12: data changed between forward and backward."""

    def test_after_use_is_refused_by_name(self, make, how):
        w = make()
        y = w * w
        changed(w, how)
        with pytest.raises(GraphError) as caught:
            y.backward()
        message = told(caught)
        assert "'w' was changed after it was used in" in message
        assert "op *" in message
        assert "or compute the loss again, then backward()" in message
        assert w.grad is None
        (w * w).backward()  # the Fix: compute again
        assert float(np.squeeze(w.grad)) == 40.0

    def test_before_use_is_fine(self, make, how):
        w = make()
        changed(w, how)
        (w * w).backward()
        assert float(np.squeeze(w.grad)) == 40.0

    def test_after_backward_is_fine(self, make, how):
        w = make()
        (w * w).backward()
        changed(w, how)
        (w * w).backward()
        assert float(np.squeeze(w.grad)) == 4.0 + 40.0

    def test_of_an_intermediate_is_refused(self, make, how):
        w = make()
        h = w.exp()
        y = h * 3
        changed(h, how)
        with pytest.raises(GraphError, match="was changed after"):
            y.backward()

    def test_of_an_output_before_its_consumer_is_refused(self, make, how):
        w = make()
        h = w.exp()  # whose derivative is h itself
        changed(h, how)
        with pytest.raises(GraphError, match="changed"):
            (h * 3).backward()

    def test_of_the_root_is_refused(self, make, how):
        w = make()
        y = w.exp()
        changed(y, how)
        with pytest.raises(GraphError, match="changed"):
            y.backward()

    def test_is_refused_by_gradients_too(self, make, how):
        w = make()
        y = w * w
        changed(w, how)
        with pytest.raises(GraphError, match="'w' was changed"):
            gradients(y, w)

    def test_elsewhere_does_not_matter(self, make, how):
        w, other = make(), make()
        y = w * w
        changed(other, how)
        y.backward()
        assert float(np.squeeze(w.grad)) == 4.0


def test_a_failed_backward_leaves_gradients_as_they_were():
    w = Value(2.0)
    (w * 3).backward()
    y = w * w

    def refuse(gradient):
        raise ArithmeticError

    handle = y.register_hook(refuse)
    with pytest.raises(ArithmeticError):
        y.backward()
    assert w.grad == 3.0
    handle.remove()
    y.backward()
    assert w.grad == 7.0


def test_an_integer_tensor_that_asks_for_a_gradient_is_refused_when_it_would_get_one():
    t = Tensor([1, 2])
    t.requires_grad = True
    for loss in ((t * t).sum(), (t * 0.5).sum()):
        with pytest.raises(TypeError, match="int64 numbers cannot have gradients"):
            loss.backward()
        with pytest.raises(TypeError, match="int64 numbers cannot have gradients"):
            gradients(loss, t)
    assert t.grad is None


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda: Tensor([1.0, 2.0]).sum(), "op sum made it, and no input of that op tracks one"),
        (lambda: Value(2.0).detach() * 3, "op * made it, and no input of that op tracks one"),
        (lambda: (Value(2.0) * 3).detach(), "detach() cut it off from what it was made of"),
        (lambda: no_grad()(lambda: Value(2.0).exp())(), "op exp made it inside no_grad()"),
        (lambda: Tensor(1.0), "it is data, not a result"),
    ],
)
def test_e03_says_why_there_is_no_gradient(make, cause):
    with pytest.raises(GraphError, match=r"E03") as caught:
        make().backward()
    assert cause in " ".join(str(caught.value).split())
