"""Modules: finding parameters, modes, names, saving and loading."""

import copy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from autograd.errors import KindError, ShapeError


class Net(nn.Module):
    """Everything a module can hold, without super().__init__()."""

    def __init__(self):
        self.scale = nn.Parameter([2.0])
        self.layers = [nn.Linear(2, 3), nn.Linear(3, 3)]
        self.heads = {"mean": nn.Linear(3, 1), "spread": [nn.Linear(3, 1, bias=False)]}
        self.offsets = [nn.Parameter([0.0]), nn.Parameter([1.0])]
        self.constant = Tensor([1.0], requires_grad=True)

    def forward(self, x):
        for layer in self.layers:
            x = ag.relu(layer(x))
        return self.heads["mean"](x) * self.scale + self.heads["spread"][0](x)


PATHS = [
    "scale", "offsets.0", "offsets.1", "layers.0.weight", "layers.0.bias", "layers.1.weight",
    "layers.1.bias", "heads.mean.weight", "heads.mean.bias", "heads.spread.0.weight",
]  # fmt: skip


def test_parameters_in_attributes_lists_and_dicts_are_found():
    net = Net()
    named = net.named_parameters()
    assert [path for path, _ in named] == PATHS
    assert all(isinstance(parameter, nn.Parameter) for _, parameter in named)
    assert isinstance(net.parameters(), list)


def test_parameters_get_a_gradient_each():
    net = Net()
    net(np.ones((4, 2))).sum().backward()
    assert [n for n, p in net.named_parameters() if p.grad is None] == ["offsets.0", "offsets.1"]
    net.zero_grad()
    assert all(parameter.grad is None for parameter in net.parameters())


def test_super_init_may_be_called_too():
    class Polite(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 1)

    assert [path for path, _ in Polite().named_parameters()] == ["fc.weight", "fc.bias"]


def test_modules_and_children():
    net = Net()
    names = ["", "layers.0", "layers.1", "heads.mean", "heads.spread.0"]
    assert [path for path, _ in net.named_modules()] == names
    assert net.modules()[0] is net
    assert net.children() == net.modules()[1:]
    assert net.named_children()[0] == ("layers.0", net.layers[0])


def test_what_is_shared_counts_once_but_is_saved_under_both_names():
    shared = nn.Linear(2, 2)
    model = nn.Sequential(shared, nn.Tanh(), shared)
    assert [path for path, _ in model.named_parameters()] == ["0.weight", "0.bias"]
    assert len(model.named_parameters(remove_duplicate=False)) == 4
    assert list(model.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert len(model.modules()) == 3
    x = np.ones((1, 2))
    np.testing.assert_array_equal(model(x).data, shared(ag.tanh(shared(x))).data)


def test_parameters_are_named_by_their_path():
    model = nn.Sequential(nn.Linear(2, 1))
    assert model[0].weight.name is None
    model(np.ones((1, 2)))
    assert model[0].weight.name == "0.weight"
    model[0].weight.name = "mine"
    assert [p.name for p in model.parameters()] == ["mine", "0.bias"]


def test_nodes_are_marked_by_the_module_that_made_them():
    inner = nn.Sequential(nn.Linear(2, 2))
    model = nn.Sequential(inner, nn.ReLU())
    result = model(np.ones((1, 2)))
    assert result.scope == "Sequential.1"
    assert result.args[0].scope == "Sequential.0.0"
    assert inner(np.ones((1, 2))).scope == "0.0"
    assert (result * 2).scope is None


def test_parameter_asks_for_a_gradient_inside_no_grad():
    with ag.no_grad():
        assert nn.Parameter([1.0]).requires_grad
    assert type(nn.Parameter([1.0]) * 2) is Tensor
    with pytest.raises(KindError, match="E14"):
        nn.Parameter([1, 2])


def test_train_and_eval_reach_everything():
    net = Net()
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    assert net.train().layers[0].training


def test_apply_visits_children_first():
    seen = []
    model = nn.Sequential(nn.Sequential(nn.ReLU()), nn.Tanh())
    assert model.apply(lambda module: seen.append(type(module).__name__)) is model
    assert seen == ["ReLU", "Sequential", "Tanh", "Sequential"]


def test_frozen_parameters_get_no_gradient():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    model[0].requires_grad_(False)
    model(np.ones((1, 2))).sum().backward()
    assert model[0].weight.grad is None
    assert model[1].weight.grad is not None
    assert len(model.parameters()) == 4


def test_state_dict_is_a_copy():
    net = Net()
    state = net.state_dict()
    assert list(state) == PATHS
    assert all(type(array) is np.ndarray for array in state.values())
    state["layers.0.weight"][...] = 7
    assert not (net.layers[0].weight.data == 7).any()


def test_state_dict_round_trip():
    source, target = Net(), Net()
    x = np.ones((3, 2))
    state = source.state_dict()
    assert target.load_state_dict(state) == ([], [])
    np.testing.assert_array_equal(target(x).data, source(x).data)
    state["scale"][...] = 5
    assert target.scale.data.tolist() == [2.0]


def test_loading_keeps_the_dtype_and_tells_the_engine():
    layer = nn.Linear(2, 1, dtype="float32").requires_grad_(False)
    layer.load_state_dict(nn.Linear(2, 1).state_dict())
    assert layer.weight.dtype == np.float32

    model = nn.Linear(2, 1)
    loss = (model(np.ones((1, 2))) * model.weight).sum()
    model.load_state_dict(model.state_dict())
    with pytest.raises(RuntimeError, match="'weight' was changed after"):
        loss.backward()


def test_loading_names_every_misfit_and_changes_nothing():
    model = nn.Linear(3, 2)
    before = model.state_dict()
    with pytest.raises(ShapeError) as caught:
        model.load_state_dict({"weight": np.zeros((2, 2)), "extra": np.zeros(4)})
    message = str(caught.value)
    assert "weight: expected shape (2, 3), found shape (2, 2)" in message
    assert "bias: expected shape (2,), found nothing" in message
    assert "extra: expected nothing, found shape (4,)" in message
    assert (model.weight.data == before["weight"]).all()


def test_loading_what_is_common():
    model = nn.Linear(3, 2)
    found = model.load_state_dict({"bias": [1.0, 2.0], "extra": 0.0}, strict=False)
    assert (found.missing_keys, found.unexpected_keys) == (["weight"], ["extra"])
    assert model.bias.data.tolist() == [1.0, 2.0]
    with pytest.raises(ShapeError, match=r"bias: expected shape \(2,\), found shape \(3,\)"):
        model.load_state_dict({"bias": [1.0, 2.0, 3.0]}, strict=False)


def test_a_module_can_be_copied():
    model = nn.Sequential(nn.Linear(2, 1))
    twin = copy.deepcopy(model)
    twin[0].weight.data = twin[0].weight.data + 1
    difference = twin[0].weight.data - model[0].weight.data
    np.testing.assert_allclose(difference, 1)


def test_values_of_ones_own_are_parameters():
    class Line(nn.Module):
        def __init__(self):
            self.w = [Value(1.0), Value(2.0)]
            self.b = Value(3.0)

        def forward(self, x):
            self.last = ag.dot(self.w, x) + self.b
            return self.last

    line = Line()
    line([1.0, 1.0])
    assert [path for path, _ in line.named_parameters()] == ["w.0", "w.1", "b"]
    assert {key: array.tolist() for key, array in line.state_dict().items()} == {
        "w": [1.0, 2.0],
        "b": 3.0,
    }


def test_printing():
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.ReLU()), nn.Dropout(0.2))
    assert repr(model) == (
        "Sequential(\n"
        "  (0): Sequential(\n"
        "    (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "    (1): ReLU()\n"
        "  )\n"
        "  (1): Dropout(p=0.2, drops 20 %)\n"
        ")"
    )


def test_forward_must_be_written():
    with pytest.raises(NotImplementedError, match="Empty has no forward"):
        type("Empty", (nn.Module,), {})()(1.0)


def test_another_autograd_is_refused_with_the_fix(tmp_path):
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("from math import sin\n")
    paths = [str(tmp_path), str(Path(nn.__file__).parent.parent)]
    code = f"import sys; sys.path[:0] = {paths}; import nn"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert str(tmp_path) in run.stderr
    assert "pip uninstall -y autograd chainrule && pip install chainrule" in run.stderr


class Holder(nn.Module):
    """Holds itself, and a child that holds it."""

    def __init__(self):
        self.me = self
        self.child = nn.Linear(2, 2)
        self.child.parent = [self]

    def forward(self, x):
        return self.child(x)


def test_a_module_may_hold_itself_and_its_parent():
    model = Holder()
    assert [path for path, _ in model.named_parameters()] == ["child.weight", "child.bias"]
    assert [path for path, _ in model.named_modules()] == ["", "child"]
    assert list(model.state_dict()) == ["child.weight", "child.bias"]
    seen = []
    model.eval().apply(seen.append)
    assert seen == [model.child, model]
    assert not model.child.training
    assert model(Tensor([[1.0, 2.0]])).scope == "Holder.child"
    assert "..." in repr(model)


class Counter(nn.Module):
    """A parameter, a buffer that is saved, and one that is not."""

    def __init__(self):
        self.register_buffer("steps", np.array(3))
        self.register_buffer("mean", [1.0, 2.0])
        self.register_buffer("scratch", np.zeros(4), persistent=False)
        self.register_buffer("nothing", None)
        self.scale = nn.Parameter([2.0])

    def forward(self, x):
        return (x - self.mean) * self.scale


def test_buffers_are_saved_and_do_not_learn():
    model = nn.Sequential(Counter(), nn.ReLU())
    assert [path for path, _ in model.named_parameters()] == ["0.scale"]
    assert [path for path, _ in model.named_buffers()] == ["0.steps", "0.mean", "0.scratch"]
    assert [buffer.shape for buffer in model.buffers()] == [(), (2,), (4,)]
    assert list(model.state_dict()) == ["0.scale", "0.steps", "0.mean"]
    model(Tensor([[1.0, 5.0]])).sum().backward()
    assert model[0].scale.grad.tolist() == [3.0]
    assert (model[0].mean.name, model[0].mean.grad) == ("0.mean", None)


def test_a_buffer_may_get_new_data_and_is_loaded():
    model, twin = Counter(), Counter()
    model.mean = Tensor([7.0, 8.0])
    model.steps.data = np.array(9)
    assert twin.load_state_dict(model.state_dict()) == ([], [])
    assert twin.mean.data.tolist() == [7.0, 8.0]
    assert (twin.steps.data.tolist(), twin.steps.dtype) == (9, np.int64)
    with pytest.raises(ShapeError, match=r"mean: expected shape \(2,\), found nothing"):
        twin.load_state_dict({"scale": [1.0], "steps": 1})


def test_a_buffer_needs_a_name_of_its_own():
    model = Counter()
    for name in ("scale", "forward"):
        with pytest.raises(KindError, match=f"already has '{name}'"):
            model.register_buffer(name, np.zeros(1))
    model.register_buffer("mean", np.zeros(3))
    assert model.mean.shape == (3,)


def test_parts_of_the_tree():
    model = nn.Sequential(Counter())
    assert model.parameters(recurse=False) == model.buffers(recurse=False) == []
    assert [path for path, _ in model.named_parameters("net")] == ["net.0.scale"]
    assert model.named_buffers("net")[0][0] == "net.0.steps"
    assert [path for path, _ in model.named_modules(prefix="net")] == ["net", "net.0"]


def test_astype_converts_all_floats():
    model = nn.Sequential(Counter(), nn.Linear(2, 1)).requires_grad_(True)
    model[1].weight.requires_grad = False
    model(np.ones((1, 2))).sum().backward()
    assert model.astype("float32") is model
    dtypes = {path: str(array.dtype) for path, array in model.state_dict().items()}
    assert dtypes.pop("0.steps") == "int64"
    assert set(dtypes.values()) == {"float32"}
    assert model[0].scale.grad.dtype == np.float32
    assert [p.requires_grad for p in model.parameters()] == [True, False, True]
    assert model(np.ones((1, 2), "float32")).dtype == np.float32
    for dtype in (int, bool, complex):
        with pytest.raises(KindError, match="E14"):
            model.astype(dtype)
    neuron = nn.Neuron(2).astype("float32")
    assert {type(p.data) for p in neuron.parameters()} == {float}


def test_gradients_become_none_or_zero():
    model = nn.Linear(2, 1)
    model(np.ones((1, 2))).sum().backward()
    model.bias.grad = None
    model.zero_grad(set_to_none=False)
    assert model.weight.grad.tolist() == [[0.0, 0.0]]
    assert model.bias.grad is None
    model.zero_grad()
    assert model.weight.grad is None
