"""Write tests/golden/ops.npz: PyTorch's values and derivatives for the operations it has.

Run once, by hand, and again when the test matrix gets new rows:

    python tests/golden/make_ops.py        (needs torch)

Of some cases of each row of tests/autograd/matrix.py, in float64: inputs x, results f, weights w,
a direction v, the gradient G of <f, w> by x, and the gradient of <G, v>. The numbers are one long
vector; `index` says, as JSON, which arrays of which shapes they are.
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "autograd"))

import matrix
from evidence import is_float, listed, setting

CASES = 3  # of each operation


def main() -> None:
    """Run every operation that PyTorch has, and save what it gives."""
    theirs = functions()
    index: dict[str, dict[str, dict[str, list[list[int]]]]] = {}
    numbers: list[np.ndarray] = []
    for row in matrix.ROWS:
        if not (row.in_torch and row.order):
            continue
        cases = [case for case in row.cases() if wanted(case)]
        steps = np.linspace(0, len(cases) - 1, CASES).astype(int)
        for case in [cases[i] for i in sorted(set(steps))] if cases else []:
            entry = index.setdefault(row.names[0], {}).setdefault(str(case), {})
            for name, arrays in golden(case, theirs).items():
                entry[name] = [list(array.shape) for array in arrays]
                numbers += [array.ravel() for array in arrays]
    path = Path(__file__).with_name("ops.npz")
    np.savez_compressed(path, numbers=np.concatenate(numbers), index=json.dumps(index))
    print(f"{path}: {len(index)} operations, {sum(map(len, index.values()))} cases")


def wanted(case: matrix.Case) -> bool:
    """Whether PyTorch has this form: no lists of numbers, no backward slices, no free signs."""
    static, name = case.static, case.row.names[0]
    if any([shape is None or 0 in shape for shape in case.shapes]):
        return False
    if name == "getitem":
        return "-1)" not in str(static["index"]) and type(static["index"]) is not np.bool_
    if name == "linalg.svd":
        return static.get("compute_uv") is False  # the signs of U and V are anybody's choice
    return not (name == "median" and isinstance(static["axis"], tuple))


def golden(case: matrix.Case, theirs: dict) -> dict[str, list[np.ndarray]]:
    """What PyTorch computes for a case."""
    import torch

    inputs, _, weights, (v, *_) = setting(case, 0)
    tensors = [torch.tensor(x, requires_grad=is_float(x)) for x in inputs]
    leaves = [x for x in tensors if x.requires_grad]
    function = theirs[case.row.names[0]]
    results = listed(function(*map(case.row.before, tensors), **case.static))
    pairs = zip(results, weights, strict=True)
    total = sum([(f * torch.tensor(w)).sum() for f, w in pairs if f.is_floating_point()])
    first = slopes(total, leaves)
    total = sum([(g * torch.tensor(d)).sum() for g, d in zip(first, v, strict=True)])
    found = {"f": results, "first": first, "second": slopes(total, leaves)}
    arrays = {name: [x.numpy(force=True) for x in xs] for name, xs in found.items()}
    given = {"x": inputs, "w": weights, "v": v}
    return {name: [np.asarray(x, float) for x in xs] for name, xs in {**given, **arrays}.items()}


def slopes(total, leaves: list) -> list:
    """The gradient of a number by each leaf, 0 where it does not depend on it."""
    import torch

    if not getattr(total, "requires_grad", False):
        return [torch.zeros_like(x) for x in leaves]
    return torch.autograd.grad(
        total, leaves, create_graph=True, allow_unused=True, materialize_grads=True
    )


def functions() -> dict:
    """PyTorch's function for each row, called as ours is."""
    import torch
    from torch.nn import functional

    def dims(x, axis):
        return tuple(range(x.ndim)) if axis is None else axis

    def reduction(f, **more):
        return lambda x, axis=None, keepdims=False, **how: (
            f(x, dim=dims(x, axis), keepdim=keepdims, **{more[k]: n for k, n in how.items()})
            if x.ndim else f(x, dim=(), **{more[k]: n for k, n in how.items()})
        )  # fmt: skip

    def along(f):
        return lambda x, axis: f(x.ravel(), 0) if axis is None else f(x, axis)

    def prod(x, axis, keepdims):
        axes = dims(x, axis) if isinstance(dims(x, axis), tuple) else (axis,)
        z = x
        for a in axes:
            z = torch.prod(z, dim=a, keepdim=True)
        kept = [n for i, n in enumerate(z.shape) if keepdims or i not in {a % x.ndim for a in axes}]
        return z.reshape(kept)

    def pad(x, pad_width, constant_values=0.0):
        pairs = np.broadcast_to(pad_width, (x.ndim, 2))[::-1]
        return functional.pad(x, pairs.ravel().tolist(), value=constant_values)

    def repeat(x, repeats, axis=None):
        repeats = torch.tensor(repeats) if isinstance(repeats, list) else repeats
        return torch.repeat_interleave(x, repeats, dim=axis)

    def dot(x, y):
        if not (x.ndim and y.ndim):
            return x * y
        return torch.tensordot(x, y, ([-1], [-2 if y.ndim > 1 else -1]))

    def take(x, indices, axis=None):
        places = torch.tensor(indices)
        if axis is None:
            return x.ravel()[places]
        return x[(*[slice(None)] * (axis % x.ndim), places)]

    def median(x, axis, keepdims):
        if axis is None:
            return torch.quantile(x, 0.5).reshape([1] * x.ndim if keepdims else [])
        return torch.quantile(x, 0.5, dim=axis, keepdim=keepdims)

    def pooled(f):
        return lambda x, **how: f(x.reshape(-1, 1, *x.shape[-2:]), **how).reshape(
            *x.shape[:-2], *f(x.reshape(-1, 1, *x.shape[-2:]), **how).shape[-2:]
        )

    def shaped(numpy_function):
        """A change of shape alone: asked of NumPy, done by PyTorch."""
        return lambda x, **how: x.reshape(numpy_function(np.empty(tuple(x.shape)), **how).shape)

    def transpose(x, axes):
        return x.permute(tuple(range(x.ndim)[::-1] if axes is None else axes))

    special = {
        "power": torch.pow, "astype": lambda x, dtype: x.to(torch.float64), "abs": torch.abs,
        "leaky_relu": lambda x, y: torch.where(x > 0, x, y * x),
        "softplus": functional.softplus, "silu": functional.silu, "gelu": functional.gelu,
        "sum": reduction(torch.sum), "mean": reduction(torch.mean), "prod": prod,
        "max": reduction(torch.amax), "min": reduction(torch.amin),
        "logsumexp": reduction(torch.logsumexp), "norm": reduction(torch.linalg.vector_norm),
        "var": reduction(lambda x, correction=0, **how: torch.var(x, correction=correction, **how),
                         ddof="correction"),
        "std": reduction(lambda x, correction=0, **how: torch.std(x, correction=correction, **how),
                         ddof="correction"),
        "cumsum": along(torch.cumsum), "cumprod": along(torch.cumprod),
        "softmax": lambda x, axis: torch.softmax(x, axis),
        "log_softmax": lambda x, axis: torch.log_softmax(x, axis),
        "standardize": lambda x, axis, eps: (x - x.mean(axis, keepdim=True)) / torch.sqrt(
            x.var(axis, correction=0, keepdim=True) + eps),
        "reshape": shaped(np.reshape), "squeeze": shaped(np.squeeze), "transpose": transpose,
        "expand_dims": shaped(np.expand_dims),
        "swapaxes": lambda x, axis1, axis2: torch.swapaxes(x, axis1, axis2),
        "broadcast_to": lambda x, shape: torch.broadcast_to(x, shape),
        "concatenate": lambda *xs, axis: (torch.cat([x.ravel() for x in xs]) if axis is None
                                          else torch.cat(xs, axis)),
        "stack": lambda *xs, axis: torch.stack(xs, axis), "pad": pad, "repeat": repeat,
        "vstack": lambda *xs: torch.vstack(xs), "hstack": lambda *xs: torch.hstack(xs),
        "split": lambda x, indices_or_sections, axis=0: torch.tensor_split(
            x, indices_or_sections, axis),
        "flip": lambda x, axis: torch.flip(
            x, [axis] if isinstance(axis, int) else list(dims(x, axis))),
        "roll": lambda x, shift, axis=None: torch.roll(x, shift, axis),
        "tile": lambda x, reps: torch.tile(x, (reps,) if isinstance(reps, int) else reps),
        "tril": lambda x, k=0: torch.tril(x if x.ndim > 1 else x.expand(*x.shape, *x.shape), k),
        "triu": lambda x, k=0: torch.triu(x if x.ndim > 1 else x.expand(*x.shape, *x.shape), k),
        "diag": lambda x, k=0: torch.diag(x, k), "dot": dot, "linear": functional.linear,
        "outer": lambda x, y: torch.outer(x.ravel(), y.ravel()),
        "tensordot": lambda x, y, axes: torch.tensordot(x, y, axes if isinstance(axes, int) else [
            [a] if isinstance(a, int) else a for a in axes]),
        "einsum": lambda *xs, subscripts: torch.einsum(subscripts, *xs),
        "trace": lambda x, offset=0, axis1=0, axis2=1: torch.diagonal(
            x, offset, axis1, axis2).sum(-1),
        "diagonal": lambda x, offset=0, axis1=0, axis2=1: torch.diagonal(x, offset, axis1, axis2),
        "linalg.svd": lambda x, compute_uv: torch.linalg.svdvals(x),
        "conv1d": functional.conv1d, "conv2d": functional.conv2d,
        "max_pool2d": pooled(functional.max_pool2d), "avg_pool2d": pooled(functional.avg_pool2d),
        "getitem": lambda x, index: x[index], "take": take, "median": median,
        "take_along_axis": lambda x, indices, axis: torch.take_along_dim(
            x, torch.tensor(indices), axis),
        "sort": along(lambda x, axis: torch.sort(x, axis).values),
        "topk": lambda x, k, axis=-1, largest=True: tuple(torch.topk(x, k, axis, largest)),
    }  # fmt: skip
    rows = [row.names[0] for row in matrix.ROWS if row.in_torch and row.order]
    return {name: special.get(name) or theirs_named(torch, name) for name in rows}


def theirs_named(torch, name: str):
    """torch.name, or torch.linalg.name."""
    return getattr(torch.linalg, name[7:]) if name.startswith("linalg.") else getattr(torch, name)


if __name__ == "__main__":
    main()
