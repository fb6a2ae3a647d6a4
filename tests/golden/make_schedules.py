"""Write tests/golden/schedules.npz: learning rates and momenta of PyTorch's schedules.

Run once, by hand: `python tests/golden/make_schedules.py` (needs torch). A run is the expressions
of its schedules, joined by "; " where several move one optimizer; `s` is torch.optim.lr_scheduler,
`o` the optimizer, with two groups of learning rates 0.8 and 0.05. Columns: lr, lr, momentum,
momentum (Adam's beta1).
"""

import math
import warnings
from pathlib import Path

import numpy as np

STEPS = 40
RUNS = [
    "s.LambdaLR(o, lambda t: 0.9**t)",
    "s.LambdaLR(o, [lambda t: 1 / (1 + t), lambda t: math.sin(t + 1)])",
    "s.StepLR(o, 7)",
    "s.StepLR(o, step_size=1, gamma=0.8)",
    "s.MultiStepLR(o, [3, 11, 11, 30])",
    "s.MultiStepLR(o, milestones=[0, 5], gamma=0.5)",
    "s.ExponentialLR(o, 0.9)",
    "s.CosineAnnealingLR(o, 10)",
    "s.CosineAnnealingLR(o, T_max=7, eta_min=0.01)",
    "s.CosineAnnealingLR(o, T_max=1, eta_min=0.01)",
    "s.LinearLR(o)",
    "s.LinearLR(o, start_factor=1.0, end_factor=0.0, total_iters=30)",
    "s.LinearLR(o, start_factor=0.1, end_factor=0.6, total_iters=1)",
    "s.OneCycleLR(o, 2.0, 40)",
    "s.OneCycleLR(o, max_lr=[2.0, 0.3], epochs=8, steps_per_epoch=5, pct_start=0.5)",
    "s.OneCycleLR(o, 2.0, total_steps=50, anneal_strategy='linear', div_factor=10)",
    "s.OneCycleLR(o, 2.0, total_steps=43, three_phase=True, final_div_factor=50.0)",
    "s.OneCycleLR(o, 2.0, total_steps=41, base_momentum=[0.1, 0.2], max_momentum=0.7)",
    "s.OneCycleLR(o, 2.0, total_steps=41, cycle_momentum=False, pct_start=0.0)",
    "s.SequentialLR(o, [s.LinearLR(o, 0.1, total_iters=5), s.CosineAnnealingLR(o, 30)], [5])",
    "s.SequentialLR(o, [s.LinearLR(o), s.StepLR(o, 4), s.ExponentialLR(o, 0.5)], [9, 20])",
    "s.SequentialLR(o, [s.OneCycleLR(o, 1.0, 8), s.ExponentialLR(o, 0.5), s.LinearLR(o)], [7, 12])",
    "s.SequentialLR(o, [s.LambdaLR(o, lambda t: t + 1), s.MultiStepLR(o, [2, 4])], milestones=[1])",
    "s.ExponentialLR(o, 0.95); s.MultiStepLR(o, [10, 20])",
    "s.LinearLR(o, 0.5, total_iters=8); s.CosineAnnealingLR(o, 12); s.StepLR(o, 9)",
    "s.ReduceLROnPlateau(o)",
    "s.ReduceLROnPlateau(o, patience=2, factor=0.5, cooldown=3)",
    "s.ReduceLROnPlateau(o, 'max', 0.3, 1, threshold=0.2, threshold_mode='abs', min_lr=[0.1, 0])",
    "s.ReduceLROnPlateau(o, 'max', patience=0, threshold=0.01, min_lr=0.001, eps=0.005)",
    "s.ReduceLROnPlateau(o, patience=3, threshold=0.3, threshold_mode='abs')",
]


def main() -> None:
    """Run every case, each with SGD and with Adam, and save what the groups hold at every step."""
    import torch

    warnings.simplefilter("ignore")
    steps = np.arange(STEPS)
    metric = 1 + np.exp(-steps / 4) + 0.2 * np.sin(steps)
    found = {"metric": metric}
    for kind in ("SGD", "Adam"):
        for run in RUNS:
            w, v = (torch.tensor([1.0], requires_grad=True) for _ in range(2))
            groups = [{"params": [w], "lr": 0.8}, {"params": [v]}]
            o = getattr(torch.optim, kind)(groups, lr=0.05)
            names = {"s": torch.optim.lr_scheduler, "o": o, "math": math}
            schedules = [eval(part, names) for part in run.split("; ")]
            rows = []
            for number in metric:
                rows.append(row(o))
                assert schedules[-1].get_last_lr() == rows[-1][:2]
                for schedule in schedules:
                    schedule.step(*([number] if "Plateau" in run else []))
            found[f"{kind}: {run}"] = np.array([*rows, row(o)])
    np.savez_compressed(Path(__file__).parent / "schedules.npz", **found)


def row(optimizer: object) -> list[float]:
    """The learning rate of each group, and its momentum."""
    groups = optimizer.param_groups
    momenta = [group["betas"][0] if "betas" in group else group["momentum"] for group in groups]
    return [*[group["lr"] for group in groups], *momenta]


if __name__ == "__main__":
    main()
