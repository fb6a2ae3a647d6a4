"""Write tests/golden/optim.npz: 50 steps of PyTorch's optimizers on a small problem, in float64.

Run once, by hand: `python tests/golden/make_optim.py` (needs torch). Each trajectory is stored
under its optimizer, pattern and options; the problem's data stand beside them. In the pattern
"gaps" W or b have no gradient at some steps: `gaps` says at which they have one.
"""

import json
from pathlib import Path

import numpy as np

STEPS = 50
CASES = [
    ("SGD", {"lr": 0.3}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.4}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.05}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.3, "lr_decay": 0.1, "eps": 1e-6}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.05, "initial_accumulator_value": 0.5}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-6, "weight_decay": 0.05}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.8}),
    ("RMSprop", {"lr": 0.01, "centered": True}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.8, "centered": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 3.0, "rho": 0.8, "eps": 1e-3}),
    ("Adadelta", {"eps": 1e-2, "weight_decay": 0.05}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-6}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.05}),
    ("Adam", {"lr": 0.3, "betas": [0.5, 0.6], "amsgrad": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.05, "betas": [0.8, 0.95], "weight_decay": 0.3, "eps": 1e-6}),
    ("AdamW", {"lr": 0.3, "betas": [0.5, 0.6], "weight_decay": 0.3, "amsgrad": True}),
]
WITH_GAPS = [
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.4}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.05, "initial_accumulator_value": 0.5}),
    ("Adagrad", {"lr": 0.3, "lr_decay": 0.1}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.8, "centered": True}),
    ("Adadelta", {"eps": 1e-2, "weight_decay": 0.05}),
    ("Adam", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-6}),
    ("Adam", {"lr": 0.3, "betas": [0.5, 0.6], "amsgrad": True}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.3}),
]
LBFGS_CASES = [
    {"lr": 0.01, "max_iter": 3},
    {"lr": 0.1, "max_iter": 1},
    {"lr": 0.3, "max_iter": 2, "history_size": 3},
    {"lr": 0.02, "max_iter": 4, "max_eval": 3, "tolerance_change": 1e-5, "tolerance_grad": 1e-4},
    {"max_iter": 1, "line_search_fn": "strong_wolfe"},
    {"max_iter": 4, "line_search_fn": "strong_wolfe", "history_size": 2},
    {"lr": 0.1, "max_iter": 20, "line_search_fn": "strong_wolfe", "tolerance_change": 1e-12},
    {"lr": 8.0, "max_iter": 3, "max_eval": 12, "line_search_fn": "strong_wolfe"},
]


def main() -> None:
    """Run every case and save all trajectories."""
    import torch

    rng = np.random.default_rng(0)
    problem = {
        "X": rng.normal(size=(8, 3)), "Y": rng.normal(size=(8, 2)),
        "W": rng.normal(size=(3, 2)), "b": rng.normal(size=2),
    }  # fmt: skip
    X, Y = torch.tensor(problem["X"]), torch.tensor(problem["Y"])
    step = np.arange(STEPS)
    given = {"all": np.ones((STEPS, 2), bool), "gaps": np.stack([step % 6 != 2, step % 3 != 0], 1)}
    found = {**problem, "gaps": given["gaps"]}
    runs = [(*case, "all") for case in CASES] + [(*case, "gaps") for case in WITH_GAPS]
    for optimizer_name, options, pattern in runs:
        parameters = {name: torch.tensor(problem[name], requires_grad=True) for name in "Wb"}
        W, b = parameters.values()
        optimizer = getattr(torch.optim, optimizer_name)([W, b], **options)
        path = []
        for step in range(STEPS):
            optimizer.zero_grad()
            ((X @ W + b).tanh() - Y).square().mean().backward()
            for parameter, has_gradient in zip((W, b), given[pattern][step], strict=True):
                parameter.grad = parameter.grad if has_gradient else None
            optimizer.step()
            path.append(np.concatenate([p.detach().numpy().ravel() for p in (W, b)]))
        found[f"{optimizer_name} {pattern} {json.dumps(options)}"] = np.array(path)
    for valley in ("rosenbrock", "tanh"):
        for options in LBFGS_CASES:
            found[f"LBFGS {valley} {json.dumps(options)}"] = lbfgs(problem, valley, options)
    np.savez_compressed(Path(__file__).parent / "optim.npz", **found)


def lbfgs(problem: dict[str, np.ndarray], valley: str, options: dict[str, object]) -> np.ndarray:
    """STEPS steps on Rosenbrock's valley from (-1.2, 1), or on the problem of the others.

    Each row: the parameters, the loss that step() returned, and how often it called the closure.
    """
    import torch

    starts = [problem["W"], problem["b"]] if valley == "tanh" else [np.array([-1.2, 1.0])]
    parameters = [torch.tensor(start, requires_grad=True) for start in starts]
    X, Y = torch.tensor(problem["X"]), torch.tensor(problem["Y"])
    calls = 0

    def closure() -> torch.Tensor:
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        if valley == "tanh":
            loss = ((X @ parameters[0] + parameters[1]).tanh() - Y).square().mean()
            loss = loss + 0.1 * (parameters[0].square().sum() + parameters[1].square().sum())
        else:
            x, y = parameters[0]
            loss = (1 - x) ** 2 + 100 * (y - x * x) ** 2
        loss.backward()
        return loss

    optimizer = torch.optim.LBFGS(parameters, **options)
    rows = []
    for _ in range(STEPS):
        loss = optimizer.step(closure).item()
        numbers = np.concatenate([p.detach().numpy().ravel() for p in parameters])
        rows.append([*numbers, loss, calls])
    return np.array(rows)


if __name__ == "__main__":
    main()
