"""Normalization: give the numbers inside a network mean 0 and variance 1, then learn others.

What a layer receives then stays of one size, however the weights before it grow or shrink. The
norms differ in what they average over: LayerNorm and RMSNorm over one sample's features, GroupNorm
over a group of them, BatchNorm over the samples of the batch, for each feature by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

import autograd as ag
from autograd import Node, Tensor
from autograd.data import plain, raw, shape_of
from autograd.errors import lesson
from autograd.guard import refuse_in_trace
from autograd.ops.reduce import standardize

from .checks import hint_if_not_in_use, require_channels, require_sizes
from .module import Module, Parameter

Sizes = int | Sequence[int]


class LayerNorm(Module):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, over the last axes: each sample's own.

    normalized_shape: the lengths of these axes; a single number is the last one.
    Shapes: x (..., *normalized_shape), y the same; weight starts at 1, bias at 0.
    Raises E06 for other last axes. Source: Ba, Kiros & Hinton 2016, Layer normalization.

    >>> LayerNorm(2)([[1.0, 3.0]]).data.round(2)
    array([[-1.,  1.]])
    """

    def __init__(
        self,
        normalized_shape: Sizes,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: Any = float,
    ) -> None:
        self.normalized_shape, self.eps = listed("LayerNorm", normalized_shape), eps
        self.elementwise_affine = elementwise_affine
        shape = self.normalized_shape
        self.weight = Parameter(np.ones(shape, dtype)) if elementwise_affine else None
        self.bias = Parameter(np.zeros(shape, dtype)) if elementwise_affine and bias else None

    def forward(self, x: Any) -> Any:
        """(x - mean) / sqrt(var + eps) * weight + bias."""
        return layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The lengths, eps, and whether there is a weight."""
        affine = f"elementwise_affine={self.elementwise_affine}"
        return f"{self.normalized_shape}, eps={self.eps}, {affine}"


class RMSNorm(Module):
    """y = x / sqrt(mean(x^2) + eps) * weight, over the last axes: LayerNorm without the mean.

    eps: by default the distance from 1 to the next number of x's dtype.
    Source: Zhang & Sennrich 2019, Root mean square layer normalization.

    >>> RMSNorm(2)([[3.0, 4.0]]).data.round(3)
    array([[0.849, 1.131]])
    """

    def __init__(
        self,
        normalized_shape: Sizes,
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: Any = float,
    ) -> None:
        self.normalized_shape, self.eps = listed("RMSNorm", normalized_shape), eps
        self.elementwise_affine = elementwise_affine
        shape = self.normalized_shape
        self.weight = Parameter(np.ones(shape, dtype)) if elementwise_affine else None

    def forward(self, x: Any) -> Any:
        """x / sqrt(mean(x^2) + eps) * weight."""
        return rms_norm(x, self.normalized_shape, self.weight, self.eps)

    extra_repr = LayerNorm.extra_repr


class GroupNorm(Module):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, over each group of a sample's channels.

    num_groups: into how many groups the channels are cut, side by side. Shapes: x (N, C, ...),
    weight and bias (C,). Source: Wu & He 2018, Group normalization.

    >>> GroupNorm(2, 4)([[1.0, 3.0, 5.0, 9.0]]).data.round(2)
    array([[-1.,  1., -1.,  1.]])
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        dtype: Any = float,
        bias: bool = True,
    ) -> None:
        require_sizes("GroupNorm", num_groups=num_groups, num_channels=num_channels)
        if num_channels % num_groups:
            what = f"GroupNorm: {num_channels} channels do not make {num_groups} equal groups"
            why = "every group has as many channels as the others"
            raise lesson("E24b", what=what, why=why, fix="nn.GroupNorm(2, 6)")
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.affine = affine
        self.weight = Parameter(np.ones(num_channels, dtype)) if affine else None
        self.bias = Parameter(np.zeros(num_channels, dtype)) if affine and bias else None

    def forward(self, x: Any) -> Any:
        """(x - mean) / sqrt(var + eps) * weight + bias."""
        require_channels(self, x, (2, 3, 4), self.num_channels)
        return group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The sizes, eps, and whether there is a weight."""
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"


class BatchNorm1d(Module):
    """y = (x - mean) / sqrt(var + eps) * weight + bias, over the batch: each feature's own.

    In training mean and var are those of the batch, and running_mean and running_var follow them:
    running <- (1 - momentum) running + momentum batch, with the unbiased variance. After `eval()`
    mean and var are the running ones. momentum=None: the plain mean of all batches so far.
    Shapes: x (N, C) or (N, C, L); weight, bias, running_mean, running_var (C,).
    Raises E06 for other shapes, and in training for a single number per feature.
    Source: Ioffe & Szegedy 2015, Batch normalization.

    >>> norm = BatchNorm1d(1)
    >>> norm([[1.0], [3.0]]).data.ravel().round(2), norm.running_mean.data
    (array([-1.,  1.]), array([0.2]))
    """

    axes: ClassVar[tuple[int, ...]] = (2, 3)  # how many axes the input may have
    running_mean: Any
    running_var: Any
    num_batches_tracked: Any

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: Any = float,
        bias: bool = True,
    ) -> None:
        require_sizes(type(self).__name__, num_features=num_features)
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = Parameter(np.ones(num_features, dtype)) if affine else None
        self.bias = Parameter(np.zeros(num_features, dtype)) if affine and bias else None
        kept = track_running_stats
        self.register_buffer("running_mean", np.zeros(num_features, dtype) if kept else None)
        self.register_buffer("running_var", np.ones(num_features, dtype) if kept else None)
        self.register_buffer("num_batches_tracked", np.array(0) if kept else None)

    def forward(self, x: Any) -> Any:
        """(x - mean) / sqrt(var + eps) * weight + bias."""
        require_channels(self, x, self.axes, self.num_features)
        momentum = self.momentum or 0.0
        if self.training:
            hint_if_not_in_use(self, "looks at the other samples of the batch")
        if self.training and self.track_running_stats:
            self.num_batches_tracked.data = self.num_batches_tracked.data + 1
            if self.momentum is None:
                momentum = 1 / int(self.num_batches_tracked.data)
        by_batch = self.training or not self.track_running_stats
        running = (self.running_mean, self.running_var)
        return batch_norm(x, *running, self.weight, self.bias, by_batch, momentum, self.eps)

    def extra_repr(self) -> str:
        """The number of features, and the options."""
        options = ("eps", "momentum", "affine", "track_running_stats")
        told = [f"{name}={getattr(self, name)}" for name in options]
        return ", ".join([str(self.num_features), *told])


class BatchNorm2d(BatchNorm1d):
    """`BatchNorm1d` of images: mean and variance of each channel, over samples and pixels.

    Shapes: x (N, C, H, W); weight, bias, running_mean, running_var (C,).

    >>> BatchNorm2d(3)(np.zeros((2, 3, 4, 4))).shape
    (2, 3, 4, 4)
    """

    axes = (4,)


def layer_norm(
    input: Any, normalized_shape: Sizes, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """(x - mean) / sqrt(var + eps) * weight + bias, over the last axes."""
    x, axes = last_axes("LayerNorm", input, normalized_shape)
    return affine(standardize(x, axes, eps), weight, bias)


def rms_norm(
    input: Any, normalized_shape: Sizes, weight: Any = None, eps: float | None = None
) -> Any:
    """x / sqrt(mean(x^2) + eps) * weight, over the last axes."""
    x, axes = last_axes("RMSNorm", input, normalized_shape)
    if eps is None:
        dtype = raw(x).dtype
        eps = float(np.finfo(dtype if dtype.kind == "f" else float).eps)
    mean = ag.mean(ag.square(x), axis=axes, keepdims=True)
    return affine(x / ag.sqrt(mean + eps), weight, None)


def group_norm(
    input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """(x - mean) / sqrt(var + eps) * weight + bias, over each group of channels."""
    x = plain(input)
    groups = x.reshape((x.shape[0], num_groups, -1))
    z = standardize(groups, -1, eps).reshape(x.shape)
    return affine(z, *by_channel(x, weight, bias))


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """(x - mean) / sqrt(var + eps) * weight + bias, for each channel on axis 1.

    training: mean and var of the batch, which the running ones then follow; else these themselves.
    """
    x = plain(input)
    axes = (0, *range(2, x.ndim))
    if not training:
        mean, var = by_channel(x, running_mean, running_var)
        return affine((x - mean) / ag.sqrt(var + eps), *by_channel(x, weight, bias))
    count = math.prod([x.shape[a] for a in axes])
    if count < 2:
        what = f"a batch of shape {x.shape} has {count} number for each feature"
        why = (
            "a single number less its mean is 0, whatever it is. PyTorch would say: expected more "
            "than 1 value per channel when training"
        )
        fix = "model.eval()   for one sample, or DataLoader(..., drop_last=True)"
        raise lesson("E24b", what=what, why=why, fix=fix)
    if running_mean is not None:
        if isinstance(x, Node):
            refuse_in_trace(x, "running statistics, in training")
        data = raw(x)
        follow(running_mean, data.mean(axes), momentum)
        follow(running_var, data.var(axes, ddof=1), momentum)
    return affine(standardize(x, axes, eps), *by_channel(x, weight, bias))


def follow(running: Any, batch: Any, momentum: float) -> None:
    """running <- (1 - momentum) running + momentum batch."""
    old = raw(running)
    new = ((1 - momentum) * old + momentum * batch).astype(old.dtype)
    if isinstance(running, Tensor):
        running.data = new
    else:
        running[...] = new


def affine(z: Any, weight: Any, bias: Any) -> Any:
    """z weight + bias, without what is None."""
    z = z if weight is None else z * weight
    return z if bias is None else z + bias


def by_channel(x: Any, *parts: Any) -> list[Any]:
    """Arrays (C,) in a shape that lies along axis 1 of x; None stays."""
    shape = (-1, *(1,) * (x.ndim - 2))
    return [part if part is None else ag.reshape(part, shape) for part in parts]


def listed(layer: str, sizes: Sizes) -> tuple[int, ...]:
    """A shape; a single number is the last axis."""
    shape = tuple(sizes) if isinstance(sizes, (list, tuple)) else (sizes,)
    for i, n in enumerate(shape):
        require_sizes(layer, **{f"normalized_shape[{i}]": n})
    return shape


def last_axes(layer: str, x: Any, normalized_shape: Sizes) -> tuple[Any, tuple[int, ...]]:
    """x, and the axes to average over. Raises E06 unless they have the lengths they should."""
    x, expected = plain(x), listed(layer, normalized_shape)
    shape, count = shape_of(x), len(expected)
    if shape[-count:] != expected:
        name, fix = f"{layer}({expected})", f"nn.{layer}({shape[-count:]})"
        raise lesson("E06s", layer=name, expected=expected, shape=shape, fix=fix)
    return x, tuple(range(-count, 0))
