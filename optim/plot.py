"""Pictures of training, drawn with matplotlib."""

from __future__ import annotations

from typing import Any

TRAINING, VALIDATION = "#1f5fa8", "#d1622b"


def loss_curve(history: Any, ax: Any = None) -> Any:
    """Draw loss against epoch, training and validation; returns the axes."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    if ax is None:
        _, ax = plt.subplots(figsize=(6, 3.7), layout="constrained")
    curves = [("loss", "training", TRAINING), ("validation_loss", "validation", VALIDATION)]
    epochs = history["epoch"]
    marker = "o" if len(epochs) <= 20 else None
    for column, label, color in curves:
        if history.rows and column in history.rows[0]:
            ax.plot(epochs, history[column], color=color, label=label, marker=marker, markersize=4)
    ax.set(xlabel="epoch", ylabel="loss")
    if all(loss >= 0 for loss in history["loss"]):
        ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    ax.set_axisbelow(True)
    if len(ax.lines) > 1:
        ax.legend(frameon=False)
    return ax
