"""The table that `Module.summary` returns: layers, output shapes, parameters, bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from autograd import Value, no_grad

from .checks import shape

HEAD = ("name", "layer", "output shape", "parameters", "bytes")


class Row(NamedTuple):
    """One layer: its path, its class, what comes out, and how many numbers it holds.

    bytes: those of its parameters and buffers. output_shape: None for what was not called.
    """

    name: str
    layer: str
    output_shape: Any
    parameters: int
    bytes: int


class Summary:
    """The layers of a module: iterate over its rows, print it, show it in a notebook.

    parameters, bytes: the totals; what several layers share counts once.
    """

    def __init__(self, title: str, rows: list[Row]) -> None:
        self.title = title
        self.rows = rows
        self.parameters = sum(row.parameters for row in rows)
        self.bytes = sum(row.bytes for row in rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def _cells(self) -> Iterator[tuple[str, ...]]:
        for name, layer, out, *sizes in self.rows:
            shown = "not called" if out is None else str(out)
            yield (name, layer, shown, *[f"{size:,}" for size in sizes])
        yield ("total", "", "", f"{self.parameters:,}", f"{self.bytes:,}")

    def __str__(self) -> str:
        rows = [HEAD, *self._cells()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [self.title]
        for row in rows:
            cells = [
                cell.ljust(width) if i < 3 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells))
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{name}</th>" for name in HEAD)
        body = ""
        for row in self._cells():
            texts = [f'<td style="text-align:left">{escape(cell)}</td>' for cell in row[:3]]
            numbers = [f"<td>{cell}</td>" for cell in row[3:]]
            body += f"<tr>{''.join(texts + numbers)}</tr>"
        return f"<table><caption>{escape(self.title)}</caption><tr>{head}</tr>{body}</table>"


def summarized(model: Any, input_shape: tuple[int, ...], dtype: Any) -> Summary:
    """Pass zeros through the model, and note what comes out of each module."""
    held = [tensor for tensor in model.parameters() if not isinstance(tensor, Value)]
    dtype = dtype or (held[0].dtype if held else float)
    modules = model.named_modules()
    modes = [module.training for _, module in modules]
    shapes: dict[int, tuple[int, ...]] = {}
    own = [vars(module).get("forward") for _, module in modules]
    for _, module in modules:
        module.forward = noting(module.forward, module, shapes)
    try:
        with no_grad():
            model.eval()(np.zeros(input_shape, dtype))
    finally:
        for (_, module), mode, forward in zip(modules, modes, own, strict=True):
            del module.forward
            module.training = mode
            if forward is not None:
                module.forward = forward
    rows = list(rows_of(model, shapes))
    out = shapes.get(id(model))
    return Summary(f"{type(model).__name__}: input {input_shape}, output {out}", rows)


def noting(forward: Any, module: Any, shapes: dict[int, tuple[int, ...]]) -> Any:
    """`forward`, which notes the shape of its result."""

    def noted(*inputs: Any, **options: Any) -> Any:
        result = forward(*inputs, **options)
        shapes[id(module)] = shape(result)
        return result

    return noted


def rows_of(model: Any, shapes: dict[int, tuple[int, ...]]) -> Iterator[Row]:
    """A row for each module that prints in one line; of others, if they hold numbers themselves."""
    seen: set[int] = set()
    inside: tuple[str, ...] = ()
    for path, module in model.named_modules():
        if path.startswith(inside):
            continue
        whole = "\n" not in repr(module)
        if whole and path:
            inside += (f"{path}.",)
        held = [*module.parameters(whole), *module.buffers(whole)]
        fresh = [tensor for tensor in held if id(tensor) not in seen]
        seen.update(map(id, fresh))
        learned = sum(t.size for t in module.parameters(whole) if any(t is f for f in fresh))
        size = sum(getattr(t.data, "nbytes", 8) for t in fresh)
        if whole or held:
            yield Row(path, type(module).__name__, shapes.get(id(module)), learned, size)
