"""Operations with several outputs: one node for all of them, and one for each."""

import numpy as np
import pytest

from autograd import (
    GraphError,
    Tensor,
    Value,
    draw,
    gradcheck,
    gradients,
    history,
    no_grad,
    scope,
    sweep,
)  # fmt: skip
from autograd.parts import SeveralOp, Shares, Tuple

received = []


def by_x(g, z, x, y):
    received.append(g)
    total, product = g
    parts = ([] if total is None else [total]) + ([] if product is None else [product * y])
    return sum(parts[1:], parts[0])


def by_y(g, z, x, y):
    (total, product), (_, out) = g, z
    parts = ([] if total is None else [total]) + ([] if product is None else [product * out / y])
    return sum(parts[1:], parts[0])


# (x + y, x y); the rule for y finds x again in the output x y
both = SeveralOp("both", lambda x, y: (x + y, x * y), by_x, by_y)
halves = SeveralOp("halves", lambda x, *, at: (x[:at], x[at:]), None)


def leaves():
    return [Tensor(data, requires_grad=True) for data in ([2.0, 3.0], [5.0, 7.0])]


def test_plain_data_in_plain_data_out():
    total, product = both(np.array([2.0]), np.array([5.0]))
    assert type(total) is type(product) is np.ndarray
    assert (total.tolist(), product.tolist()) == ([7.0], [10.0])
    assert both(2.0, 5.0) == (7.0, 10.0)


def test_each_output_is_a_node_made_from_one_node_that_holds_all():
    x, y = leaves()
    total, product = both(x, y)
    assert type(total) is type(product) is Tensor
    (whole,) = total.args
    assert type(whole) is Tuple
    assert product.args[0] is whole
    assert whole.args == (x, y)
    assert total.static == {"i": 0}
    assert [array.tolist() for array in whole._data] == [[7.0, 10.0], [10.0, 21.0]]
    assert set(history(product)) == {product, whole, x, y}


def test_static_arguments_stay_with_the_operation():
    first, rest = halves(Tensor([1.0, 2.0, 3.0], requires_grad=True), at=1)
    assert first.args[0].static == {"at": 1}
    assert rest.data.tolist() == [2.0, 3.0]


def test_values_have_parts_that_are_values():
    x, y = Value(2.0), Value(5.0)
    total, product = both(x, y)
    assert type(total) is type(product) is Value
    (total * product).backward()
    assert (x.grad, y.grad) == (10.0 + 7.0 * 5.0, 10.0 + 7.0 * 2.0)
    assert type(x.grad) is float


def test_a_number_computed_from_an_array_is_an_array_without_axes():
    ends = SeveralOp("ends", lambda x: (x.min(), x.max()), None)
    low, high = ends(Tensor([1.0, 4.0], requires_grad=True))
    assert type(low.data) is type(high.data) is np.ndarray
    assert (low.shape, high.item()) == ((), 4.0)


def test_untracked_inputs_give_untracked_leaves():
    for nodes in (both(Tensor([2.0]), Tensor([5.0])), both(Tensor([2.0]), 5.0)):
        assert all(type(node) is Tensor and node.op is None for node in nodes)
        assert not any(node.requires_grad for node in nodes)
    with no_grad():
        total, _ = both(*leaves())
    assert not total.requires_grad


def test_the_rule_receives_none_where_no_gradient_arrived():
    x, y = leaves()
    received.clear()
    both(x, y)[1].sum().backward()
    (((first, second)),) = received
    assert first is None
    assert second.tolist() == [1.0, 1.0]
    assert x.grad.tolist() == [5.0, 7.0]
    assert y.grad.tolist() == [2.0, 3.0]


def test_gradients_of_all_outputs_are_added_up_slot_by_slot():
    x, y = leaves()
    total, product = both(x, y)
    received.clear()
    (total.sum() + (product * product).sum() + 3 * product.sum()).backward()
    assert len(received) == 1
    assert [slot.tolist() for slot in received[0]] == [[1.0, 1.0], [23.0, 45.0]]
    assert x.grad.tolist() == [1 + 23 * 5.0, 1 + 45 * 7.0]


def test_a_part_taken_twice_sends_its_gradient_once():
    x, y = leaves()
    _, product = both(x, y)
    (product * product).sum().backward()
    np.testing.assert_allclose(x.grad, 2 * x.data * y.data**2)


def test_shares_add_slot_by_slot():
    one, two = np.array(1.0), np.array(2.0)
    total = Shares([one, None, None]) + Shares([two, two, None])
    assert type(total) is Shares
    assert total == (3.0, 2.0, None)
    assert all(type(slot) is np.ndarray for slot in total[:2])


def test_sweep_tells_what_the_tuple_received():
    x, y = leaves()
    total, product = both(x, y)
    root = (total + product).sum()
    told = {node: (g, sent) for node, g, sent in sweep(root)}
    g, sent = told[total.args[0]]
    assert [slot.tolist() for slot in g] == [[1.0, 1.0], [1.0, 1.0]]
    assert [(source, share.tolist()) for source, share in sent] == [
        (x, [6.0, 8.0]), (y, [3.0, 4.0]),
    ]  # fmt: skip


def test_a_rule_of_none_sends_nothing():
    x = Tensor([1.0, 2.0], requires_grad=True)
    halves(x, at=1)[0].sum().backward()
    assert x.grad is None


@pytest.mark.parametrize("order", [1, 2, 3])
def test_gradcheck_to_third_order(order):
    def f(x, y):
        total, product = both(x.tanh(), y)
        again, _ = both(product, total)
        return again * total * product

    assert gradcheck(f, ([0.2, -0.7], [1.1, 0.6]), order=order, rtol=1e-4)


def test_one_output_alone_has_right_higher_derivatives():
    assert gradcheck(lambda x, y: both(x, y)[1].tanh(), ([0.2, -0.7], [1.1, 0.6]), order=2)
    assert gradcheck(lambda x, y: both(x, y)[0].tanh(), (0.2, 1.1), order=3)


def test_gradients_with_a_graph_are_connected():
    x, y = leaves()
    total, product = both(x, y)
    slopes = gradients((total * product).sum(), [x, y], create_graph=True)
    assert all(slope.requires_grad for slope in slopes)
    (total * product).sum().backward(create_graph=True)
    assert x.grad.requires_grad
    x.zero_grad(), y.zero_grad()


def test_parts_belong_to_the_scope_they_were_made_in():
    with scope("layer"):
        total, _ = both(*leaves())
    assert total.scope == "layer"
    assert total.args[0]._mark("scope") == "layer"


def test_data_changed_after_its_use_is_noticed():
    x, y = leaves()
    total, _ = both(x, y)
    x.data = [0.0, 0.0]
    with pytest.raises(GraphError, match="a Tuple made by op both"):
        total.sum().backward()


def test_draw_shows_a_box_for_all_outputs_and_one_for_each():
    x, y = leaves()
    total, product = both(x, y)
    root = (total * product).sum()
    for act in (lambda: None, root.backward, lambda: product.sum().backward(create_graph=True)):
        act()
        picture = draw(root)
        assert str(picture).count(" part =") == 2
        assert str(picture).count(" both") == 2  # the second time it is "see above"
        assert "<svg" in picture.svg
    x.zero_grad(), y.zero_grad()
