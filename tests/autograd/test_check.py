"""gradcheck must accept right rules and fail on each of these planted wrong ones."""

import math
import re

import numpy as np
import pytest

import autograd
from autograd import GradcheckError, GraphError, Tensor, Value, compare, cos, exp, gradcheck
from autograd.data import raw, shape_of
from autograd.local import Elementwise
from autograd.op import NaryOp, Op, broadcast_to
from autograd.ops.elementwise import greater
from autograd.ops.index import getitem, scatter_add_op

x = np.array([0.5, 0.8, 1.3])
y = np.array([1.1, 0.4, 0.7])
A = np.array([[0.3, 1.2, -0.7], [1.5, 0.2, 0.9]])
B = np.array([[0.4, -1.0], [0.6, 1.4], [-0.3, 0.8]])


def unary(array, scalar, rule):
    return Elementwise("planted", array, scalar, rule), (x,)


def binary(array, scalar, *rules):
    return Elementwise("planted", array, scalar, *rules), (x, y)


def structural(forward, *rules, at):
    return Op("planted", forward, *rules), at


def total(a, axis=None):
    return np.add.reduce(a, axis=axis)


def sum_over_columns(rule):
    return structural(lambda a: np.add.reduce(a, axis=1), rule, at=(A,))


# What is wrong: (operation, inputs). All are wrong in the first derivative ...
WRONG_AT_ONCE = {
    "wrong sign": unary(np.cos, math.cos, lambda z, x: autograd.sin(x)),
    "missing factor": unary(np.square, lambda x: x * x, lambda z, x: x),
    "power too low": unary(np.sqrt, math.sqrt, lambda z, x: 0.5 / x),
    "forgotten inner derivative": unary(
        lambda x: np.exp(3 * x), lambda x: math.exp(3 * x), lambda z, x: z
    ),
    "forgotten chain factor": structural(np.exp, lambda g, z, x: z, at=(x,)),
    "derivative taken at the output": unary(np.log, math.log, lambda z, x: 1 / z),
    "a constant for a function": unary(np.tanh, math.tanh, 1),
    "never any gradient": unary(np.exp, math.exp, 0),
    "swapped inputs": binary(
        np.multiply, lambda x, y: x * y, lambda z, x, y: x, lambda z, x, y: y
    ),
    "second sign": binary(np.subtract, lambda x, y: x - y, 1, 1),
    "quotient rule without its square": binary(
        np.divide, lambda x, y: x / y, lambda z, x, y: 1 / y, lambda z, x, y: -x / y
    ),
    "one rule left out": (Op("planted", np.multiply, lambda g, z, x, y: g * y, None), (x, y)),
    "only the first of the repeats": structural(
        lambda a: np.broadcast_to(a, (4, 3)).copy(), lambda g, z, a: getitem(g, 0), at=(x,)
    ),
    "mean of the repeats": structural(
        lambda a: np.broadcast_to(a, (4, 3)).copy(),
        lambda g, z, a: autograd.mean(g, axis=0), at=(x,),
    ),
    "sum spread over the wrong axis": structural(
        lambda a: np.add.reduce(a, axis=1),
        lambda g, z, a: broadcast_to(g, shape=shape_of(a)),
        at=(np.array([[0.3, 1.2], [1.5, 0.2]]),),
    ),
    "mean without its count": structural(
        lambda a: np.asarray(np.mean(a)),
        lambda g, z, a: broadcast_to(g, shape=shape_of(a)), at=(A,),
    ),
    "matrix product without transposes": structural(
        np.matmul, lambda g, z, a, b: g @ b, lambda g, z, a, b: a.T @ g,
        at=(A[:, :2], B[1:]),
    ),
    "factors of the matrix product exchanged": structural(
        np.matmul, lambda g, z, a, b: g @ b.T, lambda g, z, a, b: g @ a.T,
        at=(A[:, :2], B[1:]),
    ),
    "transposed back the wrong way": structural(
        lambda a: np.transpose(a, (1, 2, 0)),
        lambda g, z, a: autograd.transpose(g, (1, 2, 0)),
        at=(np.arange(8.0).reshape(2, 2, 2) / 8,),
    ),
    "reshaped in the wrong order": structural(
        np.ravel, lambda g, z, a: g.reshape(shape_of(a)[::-1]).T, at=(A,)
    ),
    "gradient assigned to the wrong rows": structural(
        lambda a: a[np.array([0, 2])],
        lambda g, z, a: scatter_add_op(g, index=np.array([0, 1]), shape=shape_of(a)),
        at=(B,),
    ),
    "a row that was read twice": structural(
        lambda a: a[np.array([1, 1])],
        lambda g, z, a: scatter_add_op(g, index=slice(1, 3), shape=shape_of(a)),
        at=(B,),
    ),
    "shares of a concatenation exchanged": (
        NaryOp("planted", lambda *xs: np.concatenate(xs),
               lambda g, z, args, i: getitem(g, slice(3 * (1 - i), 3 * (1 - i) + 3))),
        (x, y),
    ),
    "softmax taken for independent entries": structural(
        lambda a: np.exp(a) / np.exp(a).sum(), lambda g, z, a: g * z * (1 - z), at=(x,)
    ),
    "the whole gradient for the smallest": structural(
        lambda a: np.asarray(np.max(a)), lambda g, z, a: g * (1 - greater(a, 1.0)), at=(x,)
    ),
    "0.1 % too large": unary(np.exp, math.exp, lambda z, x: 1.001 * z),
    "wrong in one entry only": unary(np.exp, math.exp, lambda z, x: z * (1 + 0.01 * greater(x, 1))),
}  # fmt: skip

# ... and these only in the second: the first derivative is right, but disconnected or misguided.
WRONG_AT_SECOND_ORDER = {
    "a rule that reads raw data": unary(np.exp, math.exp, lambda z, x: raw(z)),
    "a frozen input": unary(np.square, lambda x: x * x, lambda z, x: 2 * raw(x)),
    "a rule that calls NumPy": unary(np.sin, math.sin, lambda z, x: np.cos(raw(x))),
    "one frozen factor": binary(
        np.multiply, lambda x, y: x * y, lambda z, x, y: raw(y), lambda z, x, y: x
    ),
    "a frozen mask with an edge": unary(
        lambda x: x**3, lambda x: x**3, lambda z, x: 3 * x * raw(x)
    ),
    "a frozen matrix": structural(
        np.matmul, lambda g, z, a, b: g @ raw(b).T, lambda g, z, a, b: a.T @ g, at=(A, B)
    ),
    "a frozen gradient": structural(
        lambda a: a * a * a, lambda g, z, a: raw(g) * 3 * a * a, at=(x,)
    ),
    "a frozen softmax": structural(
        lambda a: np.exp(a) / np.exp(a).sum(),
        lambda g, z, a: raw(z) * (g - (g * raw(z)).sum()), at=(x,),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_AT_ONCE)
def test_a_wrong_rule_is_found(name):
    operation, inputs = WRONG_AT_ONCE[name]
    with pytest.raises(GradcheckError, match=r"\n +1 +\d"):
        gradcheck(operation, inputs)


@pytest.mark.parametrize("name", WRONG_AT_SECOND_ORDER)
def test_a_rule_wrong_in_the_second_derivative_is_found_at_order_2(name):
    operation, inputs = WRONG_AT_SECOND_ORDER[name]
    f = lambda *nodes: operation(*nodes) if name != "a frozen gradient" else exp(operation(*nodes))
    gradcheck(f, inputs)
    with pytest.raises(GradcheckError, match=r"\n +2 +\d"):
        gradcheck(f, inputs, order=2)


@pytest.mark.parametrize("numbers", [(0.5,), (0.5, 1.1)], ids=len)
def test_wrong_rules_are_found_on_values_too(numbers):
    wrong = [(op, at) for op, at in WRONG_AT_ONCE.values() if isinstance(op, Elementwise)]
    tried = [op for op, at in wrong if len(at) == len(numbers)]
    tried = [op for op in tried if abs(op.rules[0](1.0, *numbers) - 1.0) > 1e-2]
    assert tried
    for operation in tried:
        with pytest.raises(GradcheckError):
            gradcheck(operation, numbers)


def test_right_rules_pass_and_are_counted():
    report = gradcheck(lambda a, b: (a * b.sin()).sum(), (x, y), order=3)
    assert report
    assert report.compared == 3 * 6
    assert {report.worst.order, report.worst.input} <= {0, 1, 2, 3}
    assert abs(report.worst.got - report.worst.expected) < 1e-6


def test_the_message_names_order_input_entry_got_and_expected():
    wrong = Elementwise("planted", np.multiply, lambda a, b: a * b,
                        lambda z, a, b: b, lambda z, a, b: a * (1 + greater(a, 1.0)))  # fmt: skip
    with pytest.raises(GradcheckError) as caught:
        gradcheck(lambda a, b: wrong(a, b)[2], (x, y))
    message = str(caught.value)
    assert message.startswith("gradient entries that disagree with finite differences: 1;")
    got, expected = re.search(
        r"order +input +entry +got +expected +difference\n +1 +1 +\(2,\) +(\S+) +(\S+)", message
    ).groups()
    assert float(got) == pytest.approx(2 * float(expected))


def test_a_nan_gradient_is_an_error():
    nan = Elementwise("planted", np.exp, math.exp, lambda z, x: math.nan)
    with pytest.raises(GradcheckError, match=r"\(0,\) +nan"):
        gradcheck(nan, x)


def test_inputs_may_be_floats_arrays_lists_or_nodes_and_are_left_alone():
    t, v = Tensor(x, requires_grad=True, dtype="float32"), Value(2.0)
    assert gradcheck(lambda a, b: a * b, (t, v)).compared == 4
    assert gradcheck(lambda a: a.sin(), [2]).compared == 1
    assert gradcheck(cos, x).compared == 3
    assert (t.grad, v.grad) == (None, None)
    assert t.data.tolist() == x.astype("float32").tolist()


def test_a_function_that_ignores_an_input_has_gradient_zero():
    assert gradcheck(lambda a, b: a * a, (1.5, 2.5), order=2).compared == 4
    assert gradcheck(lambda a: 3.0, 1.5, order=2).compared == 2


def test_two_checks_agree():
    first, second = [gradcheck(lambda a: (a * a).exp(), x, order=2) for _ in range(2)]
    assert first == second


def test_the_report_prints_a_table_of_the_worst_entries():
    report = gradcheck(lambda a: (a * a).exp(), np.linspace(0.1, 1.0, 15), order=2)
    lines = str(report).splitlines()
    assert lines[0] == "30 gradient entries agree; the worst:"
    assert lines[1].split() == ["order", "input", "entry", "got", "expected", "difference"]
    assert len(lines) == 2 + 10
    assert len({len(line) for line in lines[1:]}) == 1
    gaps = [entry.difference for entry in report.entries]
    assert gaps == sorted(gaps, reverse=True)
    assert report.worst == report.entries[0]


@pytest.mark.parametrize("name", WRONG_AT_ONCE)
def test_random_directions_find_wrong_rules_too(name):
    operation, inputs = WRONG_AT_ONCE[name]
    with pytest.raises(GradcheckError, match="direction"):
        gradcheck(operation, inputs, directions=3)


def test_random_directions_are_few_for_large_inputs():
    large = np.linspace(-1.0, 1.0, 10_000).reshape(100, 100)
    report = gradcheck(lambda a: (a.sin() * a).mean(), large, directions=4, order=2)
    assert report.compared == 8
    assert {entry.entry for entry in report.entries} == {0, 1, 2, 3}
    assert "direction 3" in str(report)


def test_the_complex_step_is_exact_to_rounding():
    report = gradcheck(lambda a, b: np.exp(a * b) / np.cos(a), (x, 0.3), complex_step=True,
                       atol=0.0, rtol=1e-13)  # fmt: skip
    assert report.compared == 4
    tiny = Elementwise("planted", np.exp, math.exp, lambda z, x: z * (1 + 1e-9))
    off = lambda a: np.exp(a) if np.iscomplexobj(raw(a)) else tiny(a)
    gradcheck(off, x)
    with pytest.raises(GradcheckError):
        gradcheck(off, x, complex_step=True, atol=1e-13, rtol=1e-13)


def test_the_complex_step_is_for_the_first_order():
    with pytest.raises(ValueError, match="complex_step is for order=1"):
        gradcheck(np.sin, x, order=2, complex_step=True)


def test_compare_prints_and_returns_how_far_off_one_is(capsys):
    w = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    (w * w).sum().backward()
    exact = compare("dw", 2 * w.data, w)
    assert exact == ("dw", True, True, 0.0, (0, 0))
    near = compare("dw", 2 * w.data * (1 + 1e-12), w)
    assert (near.exact, near.approximate) == (False, True)
    far = compare("dw", 2 * w.data + np.array([[0, 0], [0.5, 0]]), w)
    assert far[1:] == (False, False, 0.5, (1, 0))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "dw           exact: yes  approximate: yes  max difference: 0"
    assert lines[2] == "dw           exact: no   approximate: no   max difference: 0.5 at (1, 0)"
    assert str(far) == lines[2]


def test_compare_takes_numbers_nodes_and_nan():
    v = Value(3.0)
    (v * v).backward()
    assert compare("dv", 6, v).exact
    assert compare("dv", Value(6.0), v).exact
    assert compare("dv", math.nan, v).difference == math.inf


def test_compare_refuses_another_shape_and_a_missing_gradient():
    w = Tensor([1.0, 2.0], requires_grad=True)
    loss = (w * w).sum()
    with pytest.raises(GraphError, match="no gradient yet") as caught:
        compare("dw", np.zeros(2), w)
    assert "loss.backward()   before   compare('dw', mine, node)" in str(caught.value)
    loss.backward()
    with pytest.raises(ValueError, match=r"shape \(2,\), but its gradient has shape \(2, 1\)"):
        compare("dw", np.zeros((2, 1)), w)
