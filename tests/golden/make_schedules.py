"""Write tests/golden/schedules.npz: PyTorch's learning rates and momenta, step by step.

Run once, by hand: `python tests/golden/make_schedules.py` (needs torch). Each run is stored under
its schedule and options: one row a step, lr of two groups and the momentum of the first.
"""

import json
import warnings
from pathlib import Path

import numpy as np

STEPS = 24
CASES = [
    ("StepLR", {"step_size": 5}),
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [4, 10, 11], "gamma": 0.3}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("CosineAnnealingLR", {"T_max": 23}),
    ("CosineAnnealingLR", {"T_max": 8, "eta_min": 0.01}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 0.7, "total_iters": 9}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 24}),
    ("OneCycleLR", {"max_lr": [0.5, 0.2], "epochs": 6, "steps_per_epoch": 4,
                    "anneal_strategy": "linear", "pct_start": 0.4}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 24, "three_phase": True, "div_factor": 10.0}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 24, "cycle_momentum": False}),
    ("ReduceLROnPlateau", {"patience": 2, "factor": 0.5}),
    ("ReduceLROnPlateau", {"patience": 1, "cooldown": 2, "min_lr": 0.02, "threshold": 0.05}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 1, "threshold_mode": "abs"}),
]  # fmt: skip


def main() -> None:
    """Run every case and save all rates."""
    import torch
    from torch.optim import lr_scheduler

    warnings.simplefilter("ignore")  # of schedules stepped before the optimizer
    rng = np.random.default_rng(3)
    found = {"metrics": np.exp(-np.arange(STEPS) / 6) + 0.2 * rng.random(STEPS)}

    def run(build, told=False):
        w, b = (torch.zeros(1, requires_grad=True) for _ in range(2))
        groups = [{"params": [w]}, {"params": [b], "lr": 0.03}]
        optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
        schedule, rows = build(optimizer), []
        for t in range(STEPS):
            rows.append([g["lr"] for g in optimizer.param_groups])
            rows[-1].append(optimizer.param_groups[0]["momentum"])
            if t < STEPS - 1:
                schedule.step(*([found["metrics"][t]] if told else []))
        return np.array(rows)

    for name, options in CASES:
        kind = getattr(lr_scheduler, name)
        told = name == "ReduceLROnPlateau"
        found[f"{name} {json.dumps(options)}"] = run(lambda o, k=kind, s=options: k(o, **s), told)
    found["LambdaLR"] = run(lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)))
    found["SequentialLR"] = run(
        lambda o: lr_scheduler.SequentialLR(
            o,
            [
                lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=4),
                lr_scheduler.CosineAnnealingLR(o, T_max=10),
                lr_scheduler.ExponentialLR(o, gamma=0.8),
            ],
            milestones=[4, 14],
        )
    )
    np.savez_compressed(Path(__file__).parent / "schedules.npz", **found)


if __name__ == "__main__":
    main()
