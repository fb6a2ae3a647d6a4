"""Checkpoints: everything that a run depends on, in one file, to go on as if nothing was.

A run that is resumed gives the same bits as one that was never interrupted. For that a checkpoint
holds the model, the optimizer, the scheduler, where the loaders and the library's generator stand
(shuffling and dropout draw from them), the callbacks and the history.

The file is a safetensors file: arrays under their paths, such as "model.0.weight", and the rest as
JSON in its header, with a checksum over both. It can hold no code, and it is written as a whole or
not at all: whatever interrupts the writing, the checkpoint before is still there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from autograd.errors import lesson
from autograd.random import restore, snapshot

if TYPE_CHECKING:
    from .training import Trainer

Array = np.ndarray[Any, Any]
State = dict[str, Any]


def save(trainer: Trainer, path: str | os.PathLike[str]) -> None:
    """Write where the trainer's run stands to a file, between two epochs."""
    parts = parts_of(trainer)
    state = {name: part.state_dict() for name, part in parts.items()}
    state |= {"generator": snapshot(), "history": trainer.history.rows, "kinds": kinds_of(parts)}
    write(state, path)


def resume(trainer: Trainer, path: str | os.PathLike[str]) -> None:
    """Put the trainer where the run stood that wrote this file.

    Raises E27m or E27c for a file that is missing, damaged, or of another kind of run.
    """
    state, parts = read(path), parts_of(trainer)
    saved, ours = state["kinds"], kinds_of(parts)
    if saved != ours:
        name = next(name for name in {**saved, **ours} if saved.get(name) != ours.get(name))
        what = (
            f"{os.fspath(path)} was written with {saved.get(name, 'nothing')} as {name}, "
            f"this trainer has {ours.get(name, 'nothing')}"
        )
        raise lesson("E27c", what=what, fix="build the trainer and its batches as in the first run")
    for name, part in parts.items():
        part.load_state_dict(state[name])
    restore(state["generator"])
    trainer.history.rows = state["history"]


def parts_of(trainer: Trainer) -> dict[str, Any]:
    """What has a state, by name: model, optimizer, scheduler, loaders, callbacks."""
    named = {
        "model": trainer.model, "optimizer": trainer.optimizer, "scheduler": trainer.scheduler,
        "train": trainer.batches, "validation": trainer.validation,
        **{f"callback {i}": callback for i, callback in enumerate(trainer.callbacks)},
    }  # fmt: skip
    return {name: part for name, part in named.items() if hasattr(part, "load_state_dict")}


def kinds_of(parts: dict[str, Any]) -> dict[str, str]:
    """The class of each part: a state belongs to one kind of thing."""
    return {name: type(part).__name__ for name, part in parts.items()}


def write(state: State, path: str | os.PathLike[str]) -> None:
    """Write nested dicts, lists, numbers and arrays to a file, as a whole or not at all."""
    import json

    from autograd import storage

    arrays: dict[str, Array] = {}
    text = json.dumps({key: packed(x, key, arrays) for key, x in state.items()})
    storage.save(arrays, path, {"state": text, "checksum": checksum(text, arrays)})


def read(path: str | os.PathLike[str]) -> State:
    """What `write` wrote. Raises E27m if the file is missing, E27c if it is damaged or other."""
    import json

    from autograd import storage

    try:
        arrays, header = storage.load_with_header(path)
    except FileNotFoundError:
        raise
    except ValueError:
        raise damaged(path) from None
    if "state" not in header:
        what = f"{os.fspath(path)} holds weights, and nothing to continue a run with"
        fix = "trainer.fit(..., resume=path)   with the path of a ModelCheckpoint"
        raise lesson("E27c", what=what, fix=fix)
    if header.get("checksum") != checksum(header["state"], arrays):
        raise damaged(path)
    return {key: unpacked(x, arrays) for key, x in json.loads(header["state"]).items()}


def damaged(path: str | os.PathLike[str]) -> Exception:
    """The lesson for a file that is not as it was written."""
    what = f"the checkpoint {os.fspath(path)} is damaged: its content is not what was written"
    return lesson("E27c", what=what, fix="trainer.fit(..., resume=older)   or start the run again")


def checksum(text: str, arrays: dict[str, Array]) -> str:
    """A number that changes if any bit of the content does."""
    total = crc32(text.encode())
    for name, array in sorted(arrays.items()):
        total = crc32(f"{name} {array.dtype} {array.shape}".encode(), total)
        total = crc32(array.tobytes(), total)
    return f"{total:08x}"


def packed(x: Any, path: str, arrays: dict[str, Array]) -> Any:
    """X as JSON can hold it; its arrays are put under their paths.

    JSON has lists and keys of text alone: tuples and dicts say what they are.
    """
    if isinstance(x, np.ndarray):
        arrays[path] = x
        return {"array": path}
    if isinstance(x, dict):
        return {"dict": [[key, packed(y, f"{path}.{key}", arrays)] for key, y in x.items()]}
    if isinstance(x, list | tuple):
        kind = "tuple" if isinstance(x, tuple) else "list"
        return {kind: [packed(y, f"{path}.{i}", arrays) for i, y in enumerate(x)]}
    plain = x.item() if isinstance(x, np.generic) else x
    if plain is None or isinstance(plain, str | bool | int | float):
        return plain
    what = f"{path} is a {type(x).__name__}, which a checkpoint cannot hold"
    raise lesson("E27c", what=what, fix="return numbers, text, arrays, lists and dicts of them")


def unpacked(x: Any, arrays: dict[str, Array]) -> Any:
    """The reverse of `packed`."""
    if not isinstance(x, dict):
        return x
    [(kind, content)] = x.items()
    if kind == "array":
        return arrays[content]
    if kind == "dict":
        return {key: unpacked(y, arrays) for key, y in content}
    entries = [unpacked(y, arrays) for y in content]
    return tuple(entries) if kind == "tuple" else entries
