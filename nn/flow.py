"""What flows through the layers: pictures of their outputs and gradients, and what is dead.

All of them read what the forward and the backward pass left behind:

    loss = CrossEntropyLoss()(model(X), y)
    loss.backward()
    activation_histograms(model, loss)
    gradient_norms(model)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import history
from autograd.data import raw
from autograd.errors import lesson
from autograd.view.run import dead_units

from . import activations
from .module import Module
from .plot import COLORS, INK, grid_of_axes, new_axes, quiet

Array = np.ndarray[Any, Any]

BINS = 40
BESIDE = 6  # panels in a row


def layer_outputs(model: Module, root: Any) -> dict[str, Any]:
    """The node that each innermost module made last, by its path, found in the record of root.

    Raises E24 if the model made nothing of what root was computed from.
    """
    innermost = {path: module for path, module in model.named_modules() if not module.children()}
    outputs: dict[str, Any] = {}
    for node in history(root):  # youngest first
        _, _, path = (getattr(node, "scope", None) or "").partition(".")
        if path in innermost:
            outputs.setdefault(path, node)
    if not outputs:
        what = "this loss was not computed from the model's outputs, as far as its graph tells"
        why = "what the layers made is read from the graph, which no_grad() does not record"
        raise lesson("E24", what=what, why=why, fix="loss = criterion(model(X), y)")
    return {path: outputs[path] for path in innermost if path in outputs}


def activation_histograms(model: Module, loss: Any, axes: Any = None) -> Any:
    """One histogram for each activation: what it gave out; returns the axes.

    The title says how many of its units are dead: 0 for every sample.
    """

    def title(node: Any) -> str:
        return f"{100 * dead_units(node).mean():.0f} % dead"

    return histograms(model, loss, lambda node: raw(node), title, COLORS[0], axes)


def gradient_histograms(model: Module, loss: Any, axes: Any = None) -> Any:
    """One histogram for each activation: d(loss)/d(its outputs), after backward().

    The title says how large they are, as a root mean square. Raises E24 before backward().
    """

    def gradient(node: Any) -> Array:
        if node.grad is None:
            what = "the outputs of the layers have no gradients yet"
            why = "the backward pass computes them, and stores them in the graph of this very loss"
            raise lesson("E24", what=what, why=why, fix="loss.backward()")
        return np.asarray(raw(node.grad))

    def title(node: Any) -> str:
        return f"size {np.sqrt(np.mean(gradient(node) ** 2)):.1e}"

    return histograms(model, loss, gradient, title, COLORS[2], axes)


def histograms(
    model: Module, loss: Any, numbers: Callable[[Any], Array], title: Callable[[Any], str],
    color: str, axes: Any,
) -> Any:  # fmt: skip
    """A panel for each activation, or for each layer of a model without any."""
    nodes = layer_outputs(model, loss)
    kinds = {path: type(module) for path, module in model.named_modules()}
    bent = [path for path in nodes if kinds[path] in vars(activations).values()]
    paths = bent or list(nodes)
    axes = grid_of_axes(len(paths), BESIDE, 1.45, 2.1) if axes is None else np.asarray(axes).ravel()
    for path, ax in zip(paths, axes, strict=False):
        entries = np.ravel(numbers(nodes[path]))
        ax.hist(entries, BINS, weights=np.full(entries.size, 100 / entries.size), color=color)
        ax.set_title(f"{path} {kinds[path].__name__}\n{title(nodes[path])}", fontsize=9, color=INK)
        ax.tick_params(labelsize=8)
        ax.ticklabel_format(axis="x", scilimits=(-2, 3))
        ax.xaxis.offsetText.set_fontsize(7)
        ax.locator_params(axis="x", nbins=3)
        quiet(ax)
    axes[0].set_ylabel("% of the numbers")
    return axes


def gradient_norms(model: Module, ax: Any = None) -> Any:
    """A bar for each weight: the length of its gradient, on a logarithmic scale; returns the axes.

    Bars that fall to the left mean that the first layers hardly learn (the gradient vanishes), bars
    that rise to the left mean that it explodes. A gradient of exactly 0 is written as 0.
    Raises E24 before backward().
    """
    norms = weight_gradients(model)
    ax = ax or new_axes(max(4.0, 0.6 * len(norms) + 1.4), 3.0)
    lengths = np.array(list(norms.values()))
    some = lengths[lengths > 0]
    low, high = (some.min(), some.max()) if len(some) else (1.0, 1.0)
    places = np.arange(len(norms))
    ax.set_yscale("log")
    ax.bar(places, np.where(lengths > 0, lengths, low / 5), color=COLORS[0], width=0.7)
    for bar, length in zip(ax.patches, lengths, strict=True):
        if length == 0:
            bar.set_visible(False)
            ax.text(bar.get_x() + 0.35, low / 4, "0", ha="center", va="bottom", color=INK)
    ax.set_ylim(low / 5, high * 5)
    ax.set_xticks(places, list(norms), rotation=90 if max(map(len, norms)) > 3 else 0)
    ax.set(ylabel="length of the gradient", xlabel="weight of layer")
    quiet(ax)
    return ax


def weight_gradients(model: Module) -> dict[str, float]:
    """The length of the gradient of each layer's weight, by the layer's path."""
    norms = {}
    for path, parameter in model.named_parameters():
        if parameter.ndim < 2:
            continue
        if parameter.grad is None:
            what = f"{path!r} has no gradient yet"
            why = "the backward pass computes it"
            raise lesson("E24", what=what, why=why, fix="loss.backward()")
        norms[path.removesuffix(".weight")] = float(np.linalg.norm(raw(parameter.grad)))
    return norms
