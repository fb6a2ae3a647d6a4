"""Write tests/golden/nn.npz and tests/golden/torch.safetensors: PyTorch's modules and losses.

Run once, by hand, and again when there are new modules:

    python tests/golden/make_nn.py        (needs torch)

In float64, of each module in training and in eval mode: the state, the input, the output, and the
gradients of <output, w> by input and parameters; of each loss the same by the prediction. Further
the signatures of PyTorch's classes, the keys and shapes of a state_dict, and what its initial
numbers look like: smallest, largest, standard deviation. The numbers are one long vector; `index`
says, as JSON, which arrays of which shapes they are.

torch.safetensors is a model that PyTorch saved, for us to load. The other direction is checked
here: a model that nn.save wrote is loaded by PyTorch, and gives the same output.
"""

import inspect
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
rng = np.random.default_rng(0)

ROWS, PLACES, IMAGES = (5, 4), (3, 4, 5), (2, 4, 3, 2)
MODULES: list[tuple[str, list[Any], dict[str, Any], tuple[int, ...]]] = [
    ("Linear", [4, 3], {}, ROWS),
    ("Linear", [4, 3], {"bias": False}, (2, 3, 4)),
    ("Embedding", [7, 3], {}, (2, 6)),
    ("Embedding", [7, 3], {"padding_idx": 2}, (2, 6)),
    ("Flatten", [], {}, PLACES),
    ("Flatten", [0, 1], {}, PLACES),
    ("Unflatten", [1, [2, 2]], {}, ROWS),
    ("Identity", [], {}, ROWS),
    ("LayerNorm", [4], {}, ROWS),
    ("LayerNorm", [[4, 5]], {"eps": 1e-3}, PLACES),
    ("LayerNorm", [4], {"bias": False}, ROWS),
    ("LayerNorm", [4], {"elementwise_affine": False}, ROWS),
    ("RMSNorm", [4], {}, ROWS),
    ("RMSNorm", [[4, 5]], {"eps": 1e-3}, PLACES),
    ("RMSNorm", [4], {"elementwise_affine": False}, ROWS),
    ("GroupNorm", [2, 4], {}, IMAGES),
    ("GroupNorm", [2, 4], {"eps": 1e-2}, ROWS),
    ("GroupNorm", [4, 4], {"affine": False}, PLACES),
    ("BatchNorm1d", [4], {}, ROWS),
    ("BatchNorm1d", [4], {"momentum": None, "eps": 1e-3}, PLACES),
    ("BatchNorm1d", [4], {"momentum": 0.3, "affine": False}, PLACES),
    ("BatchNorm1d", [4], {"track_running_stats": False}, ROWS),
    ("BatchNorm2d", [4], {}, IMAGES),
    ("Dropout", [0.0], {}, ROWS),
    ("ReLU", [], {}, ROWS),
    ("LeakyReLU", [], {}, ROWS),
    ("LeakyReLU", [0.3], {}, ROWS),
    ("PReLU", [], {}, PLACES),
    ("PReLU", [4], {"init": 0.1}, IMAGES),
    ("ELU", [], {}, ROWS),
    ("ELU", [1.7], {}, ROWS),
    ("SELU", [], {}, ROWS),
    ("GELU", [], {}, ROWS),
    ("GELU", [], {"approximate": "tanh"}, ROWS),
    ("SiLU", [], {}, ROWS),
    ("Mish", [], {}, ROWS),
    ("Sigmoid", [], {}, ROWS),
    ("Tanh", [], {}, ROWS),
    ("Softplus", [], {}, ROWS),
    ("Softplus", [], {"beta": 2.0, "threshold": 1.0}, ROWS),
    ("Softmax", [], {"dim": 1}, PLACES),
    ("Softmax", [], {"dim": -1}, ROWS),
    ("LogSoftmax", [], {"dim": 0}, ROWS),
    ("Hardtanh", [], {}, ROWS),
    ("Hardtanh", [-0.5, 1.5], {}, ROWS),
    ("Softsign", [], {}, ROWS),
]  # fmt: skip

REDUCTIONS = ("mean", "sum", "none")
FAR = [-1000.0, 0.0, 1000.0]


def losses() -> list[tuple[str, dict[str, Any], Any, Any]]:
    """(class, options, prediction, target) of every loss, every option, every reduction."""
    p, y = rng.normal(size=ROWS), rng.normal(size=ROWS)
    bits, probabilities = (y > 0).astype(float), rng.uniform(0.05, 0.95, ROWS)
    labels, holes = rng.integers(0, 4, 5), np.array([1, -100, 3, 0, -100])
    weight, each = rng.uniform(0.5, 2, 4), rng.uniform(0.5, 2, ROWS)
    places, place_labels = rng.normal(size=PLACES), rng.integers(0, 4, (3, 5))
    q = rng.dirichlet(np.ones(4), 5)
    sparse = np.where(q < 0.2, 0.0, q)
    log_p = np.log(rng.dirichlet(np.ones(4), 5))
    weights = {"weight": weight.tolist()}
    smooth = {"label_smoothing": 0.2}
    rows: list[tuple[str, dict[str, Any], Any, Any]] = [
        ("MSELoss", {}, p, y),
        ("L1Loss", {}, p, y),
        ("SmoothL1Loss", {}, p, y),
        ("SmoothL1Loss", {"beta": 0.4}, p, y),
        ("SmoothL1Loss", {"beta": 0.0}, p, y),
        ("HuberLoss", {}, p, y),
        ("HuberLoss", {"delta": 0.6}, p, y),
        ("BCELoss", {}, probabilities, bits),
        ("BCELoss", {"weight": each.tolist()}, probabilities, probabilities[::-1].copy()),
        ("BCEWithLogitsLoss", {}, p, bits),
        ("BCEWithLogitsLoss", {"weight": each.tolist()}, p, probabilities),
        ("BCEWithLogitsLoss", {"pos_weight": weight.tolist()}, p, bits),
        ("BCEWithLogitsLoss", {**weights, "pos_weight": weight.tolist()}, 3 * p, probabilities),
        ("BCEWithLogitsLoss", {"pos_weight": [3.0]}, np.array(FAR), np.array([1.0, 1.0, 0.0])),
        ("BCEWithLogitsLoss", {}, np.array(FAR), np.array([1.0, 0.0, 0.0])),
        ("CrossEntropyLoss", {}, p, labels),
        ("CrossEntropyLoss", {}, p[0], np.array(2)),
        ("CrossEntropyLoss", {}, np.array([FAR, FAR]), np.array([0, 2])),
        ("CrossEntropyLoss", smooth, np.array([FAR, FAR]), np.array([0, 2])),
        ("CrossEntropyLoss", weights, p, labels),
        ("CrossEntropyLoss", {}, p, holes),
        ("CrossEntropyLoss", {"ignore_index": 2, **weights}, p, labels),
        ("CrossEntropyLoss", smooth, p, labels),
        ("CrossEntropyLoss", {**smooth, **weights}, p, holes),
        ("CrossEntropyLoss", {}, places, place_labels),
        ("CrossEntropyLoss", {**smooth, **weights, "ignore_index": 1}, places, place_labels),
        ("CrossEntropyLoss", {}, p, q),
        ("CrossEntropyLoss", {**smooth, **weights}, p, q),
        ("CrossEntropyLoss", weights, places, rng.dirichlet(np.ones(4), (3, 5)).swapaxes(1, 2)),
        ("NLLLoss", {}, log_p, labels),
        ("NLLLoss", weights, log_p, holes),
        ("NLLLoss", {"ignore_index": 3}, places, place_labels),
        ("KLDivLoss", {}, log_p, sparse),
        ("KLDivLoss", {"log_target": True}, log_p, np.log(q)),
    ]
    found = [(name, {**o, "reduction": r}, x, y) for name, o, x, y in rows for r in REDUCTIONS]
    return [*found, ("KLDivLoss", {"reduction": "batchmean"}, log_p, sparse)]


CLASSES = sorted({name for name, *_ in MODULES} | {"Dropout2d", "ModuleList", "ModuleDict"})
SIZES = {"Linear": [64, 100], "Embedding": [100, 60], "PReLU": [50]}
INITIALIZERS: dict[str, dict[str, Any]] = {
    "uniform_": {"a": -2.0, "b": 3.0}, "normal_": {"mean": 1.0, "std": 0.5},
    "trunc_normal_": {"std": 1.5}, "xavier_uniform_": {"gain": 2.0}, "xavier_normal_": {},
    "kaiming_uniform_": {"a": 0.2}, "kaiming_normal_": {"mode": "fan_out", "nonlinearity": "relu"},
    "orthogonal_": {"gain": 3.0},
}  # fmt: skip
GAINS = ["linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]


def main() -> None:
    """Ask PyTorch, and save what it says."""
    import torch

    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    numbers: list[np.ndarray] = []
    index = {
        "torch": torch.__version__.split("+")[0],
        "modules": [module_case(*case, numbers) for case in MODULES],
        "losses": [loss_case(*case, numbers) for case in losses()],
        "signatures": signatures(),
        "initial": initial(),
        "gains": {name: torch.nn.init.calculate_gain(name) for name in GAINS},
        "leaky gain": torch.nn.init.calculate_gain("leaky_relu", 0.3),
        "file": exchanged(numbers),
    }
    path = HERE / "nn.npz"
    np.savez_compressed(path, numbers=np.concatenate(numbers), index=json.dumps(index))
    cases = len(index["modules"]), len(index["losses"])
    print(f"{path}: {cases[0]} modules, {cases[1]} losses, {path.stat().st_size:,} bytes")


def stored(arrays: dict[str, Any], numbers: list[np.ndarray]) -> dict[str, list[int]]:
    """Add arrays to the vector, and note their shapes."""
    plain = {
        key: x.numpy(force=True) if hasattr(x, "numpy") else np.asarray(x)
        for key, x in arrays.items()
    }
    numbers += [x.astype(float).ravel() for x in plain.values()]
    return {key: list(x.shape) for key, x in plain.items()}


def module_case(name: str, args: list, options: dict, shape: tuple, numbers: list) -> dict:
    """A module with random parameters, in both modes."""
    import torch

    module = getattr(torch.nn, name)(*args, **options)
    state = module.state_dict()
    for array in state.values():
        if array.dtype.is_floating_point:
            array.copy_(torch.tensor(rng.uniform(0.3, 1.5, tuple(array.shape))))
    arrays = {f"state/{key}": array.clone() for key, array in state.items()}
    whole = name == "Embedding"
    x = rng.integers(0, 7, shape) if whole else 1.5 * rng.normal(size=shape)
    arrays["x"] = x
    for mode in ("train", "eval"):
        module.train(mode == "train").zero_grad()
        given = torch.tensor(x, requires_grad=not whole)
        out = module(given)
        w = rng.normal(size=tuple(out.shape))
        (out * torch.tensor(w)).sum().backward()
        arrays |= {f"{mode}/out": out, f"{mode}/w": w}
        if not whole:
            arrays[f"{mode}/grad x"] = given.grad
        arrays |= {f"{mode}/grad {key}": p.grad for key, p in module.named_parameters()}
        arrays |= {f"{mode}/buffer {key}": b.clone() for key, b in module.named_buffers()}
    return {"class": name, "args": args, "options": options, "arrays": stored(arrays, numbers)}


def loss_case(name: str, options: dict, x: Any, y: Any, numbers: list) -> dict:
    """A loss and the gradient of <loss, w> by the prediction."""
    import torch

    how = {key: torch.tensor(v) if isinstance(v, list) else v for key, v in options.items()}
    prediction = torch.tensor(x, requires_grad=True)
    loss = getattr(torch.nn, name)(**how)(prediction, torch.tensor(y))
    w = rng.normal(size=tuple(loss.shape))
    (loss * torch.tensor(w)).sum().backward()
    soft = name == "CrossEntropyLoss" and np.asarray(y).dtype.kind == "f"
    arrays = {"x": x, "y": y, "w": w, "out": loss, "grad": prediction.grad}
    kind = np.asarray(y).dtype.kind
    more = {"soft_targets": True} if soft else {}
    return {"class": name, "options": {**options, **more}, "kind": kind,
            "arrays": stored(arrays, numbers)}  # fmt: skip


def signatures() -> dict[str, list]:
    """[name, default] of every parameter; a default that is no number, text or None is "needed"."""
    import torch

    names = {*CLASSES, *(name for name, *_ in losses())}
    return {name: parameters_of(getattr(torch.nn, name)) for name in sorted(names)} | {
        f"init.{name}": parameters_of(getattr(torch.nn.init, name))
        for name in [*INITIALIZERS, "constant_", "zeros_", "ones_", "eye_", "calculate_gain"]
    }


def parameters_of(function: Any) -> list:
    """[name, default] of each."""
    known = inspect.signature(function).parameters.values()
    return [[p.name, "needed" if p.default is p.empty else p.default] for p in known]


def initial() -> dict[str, Any]:
    """Smallest, largest, mean and standard deviation of fresh parameters and of initializers."""
    import torch

    found = {}
    for name, args in SIZES.items():
        samples = [getattr(torch.nn, name)(*args).state_dict() for _ in range(20)]
        for key in samples[0]:
            found[f"{name}.{key}"] = facts(np.stack([s[key].numpy() for s in samples]))
    for name, options in INITIALIZERS.items():
        init = getattr(torch.nn.init, name)
        samples = [init(torch.empty(40, 25), **options).numpy() for _ in range(20)]
        found[name] = facts(np.stack(samples))
    return found


def facts(x: np.ndarray) -> list[float]:
    """Smallest, largest, mean, standard deviation."""
    return [float(f(x)) for f in (np.min, np.max, np.mean, np.std)]


def exchanged(numbers: list[np.ndarray]) -> dict[str, list[int]]:
    """PyTorch's model in a file, with its input and output; and ours, read by PyTorch."""
    import safetensors.torch
    import torch

    import nn

    def build(of: Any) -> Any:
        return of.Sequential(of.Linear(4, 8), of.BatchNorm1d(8), of.ReLU(), of.Linear(8, 3))

    theirs = build(torch.nn).to(torch.float32)
    x = torch.tensor(rng.normal(size=(6, 4)), dtype=torch.float32)
    theirs(x)
    out = theirs.eval()(x)
    safetensors.torch.save_file(theirs.state_dict(), HERE / "torch.safetensors")

    ours = build(nn)
    ours(x.numpy())
    with tempfile.TemporaryDirectory() as folder:
        nn.save(ours, f"{folder}/ours.safetensors")
        state = safetensors.torch.load_file(f"{folder}/ours.safetensors")
    twin = build(torch.nn)
    print(twin.load_state_dict(state, strict=True), "from a file of nn.save")
    result = twin.eval()(x.double()).numpy(force=True)
    np.testing.assert_allclose(result, ours.eval()(x.numpy().astype(float)).data, rtol=1e-12)
    shapes = {f"state/{key}": torch.zeros(array.shape) for key, array in twin.state_dict().items()}
    return stored({"x": x, "out": out, **shapes}, numbers)


if __name__ == "__main__":
    main()
