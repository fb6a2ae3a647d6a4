"""Models on disk: `save` writes a module's state_dict as a safetensors file, `load` reads it.

A file holds named arrays and no code, so loading one from a stranger runs nothing. Paths and
shapes are PyTorch's, so a file saved here loads there, and the other way round.
"""

from __future__ import annotations

import os

from autograd.errors import lesson

from .module import Module, State


def save(module: Module, path: str | os.PathLike[str]) -> None:
    """Write the module's parameters and buffers to a file, as a whole or not at all.

    Raises E24 for what is not a module.
    In PyTorch: model.load_state_dict(safetensors.torch.load_file(path)).

    >>> import tempfile
    >>> from nn import Linear
    >>> model, twin = Linear(3, 2), Linear(3, 2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.safetensors")
    ...     _ = twin.load_state_dict(load(f"{folder}/model.safetensors"))
    >>> bool((model.weight.data == twin.weight.data).all())
    True
    """
    from autograd import storage

    if not isinstance(module, Module):
        what = f"nn.save() was given a {type(module).__name__}, not a module"
        why = "it asks the module itself for its parameters and buffers"
        raise lesson("E24", what=what, why=why, fix="nn.save(model, path)")
    storage.save(module.state_dict(), path)


def load(path: str | os.PathLike[str]) -> State:
    """Read the state that was saved: arrays by path, in the dtypes of the file.

    `model.load_state_dict(load(path))` gives them to a module, which refuses what does not fit it.
    Raises E27 for a file that is missing, damaged, or in a dtype that NumPy does not have.
    """
    from autograd import storage

    return storage.load(path)
