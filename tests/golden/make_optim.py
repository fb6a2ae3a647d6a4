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
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-6, "weight_decay": 0.05}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.8}),
    ("RMSprop", {"lr": 0.01, "centered": True}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.8, "centered": True}),
    ("Adam", {"lr": 0.001}),
    ("Adam", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-6}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.05}),
    ("Adam", {"lr": 0.05, "betas": [0.5, 0.6], "amsgrad": True}),
    ("Adagrad", {"lr": 0.05}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.05, "eps": 1e-4}),
    ("Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.5}),
    ("Adadelta", {"lr": 1.0}),
    ("Adadelta", {"lr": 2.0, "rho": 0.7, "eps": 1e-4, "weight_decay": 0.05}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "betas": [0.8, 0.95], "weight_decay": 0.3, "amsgrad": True}),
]
WITH_GAPS = [CASES[i] for i in (2, 9, 11, 13, 15, 18, 20)]


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
    np.savez_compressed(Path(__file__).parent / "optim.npz", **found)


if __name__ == "__main__":
    main()
