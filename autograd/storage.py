"""Weights on disk: the one reader and writer of safetensors files.

A safetensors file is a table of names, dtypes and shapes followed by the numbers themselves. It
can hold no code, so a file from a stranger is safe to load, and other frameworks read it as well.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .errors import lesson

PICKLES = (b"\x80", b"PK")  # how a pickle begins, and the zip archive that PyTorch puts one in
ABANDONED = 60  # seconds since a draft was written to: nobody is writing it any more


def save(
    arrays: Mapping[str, Any], path: str | os.PathLike[str], header: dict[str, str] | None = None
) -> None:
    """Write named arrays to a file, as a whole or not at all.

    The bytes go to a new file beside `path`, a draft, which then takes its name: whoever interrupts
    this, the old file or the new one is there, never half of one. Drafts that a killed program left
    behind are cleared away. header: text to keep beside the arrays, by name. Raises E27 for what is
    not numbers, and for a folder that does not exist.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save({"weight": np.eye(2)}, f"{folder}/model.safetensors")
    ...     load(f"{folder}/model.safetensors")
    {'weight': array([[1., 0.],
           [0., 1.]])}
    """
    import safetensors.numpy

    # The library reads memory as if it were in C order: of W.T it would write other numbers.
    whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    for name, array in whole.items():
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
            what = f"{name!r} has dtype {array.dtype}, which a safetensors file cannot hold"
            raise lesson("E27", what=what, fix=f"save {name}.astype(float)")
    data = safetensors.numpy.save(whole, header)
    target = Path(path)
    if not target.parent.is_dir():
        raise lesson("E27f", folder=str(target.parent), name=target.name)
    clear_drafts(target)
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def clear_drafts(target: Path) -> None:
    """Remove the drafts of a file that were left half-written some time ago."""
    name = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}")
    for entry in os.scandir(target.parent):
        if name.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > ABANDONED:
            Path(entry).unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> dict[str, np.ndarray[Any, Any]]:
    """Read the named arrays of a file. Raises E27 if it is missing, damaged or not safetensors."""
    return load_with_header(path)[0]


def load_with_header(
    path: str | os.PathLike[str],
) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, str]]:
    """The named arrays of a file, and the text that was kept beside them."""
    import safetensors.numpy

    source = Path(path)
    if source.is_dir():
        raise lesson("E27", what=f"{source} is a folder", fix="give the path of a file in it")
    try:
        data = source.read_bytes()
    except FileNotFoundError:
        raise lesson("E27m", path=str(path), folder=str(Path.cwd())) from None
    try:
        arrays = safetensors.numpy.load(data)
    except safetensors.SafetensorError as error:
        what = f"{source} is damaged or not a safetensors file ({error})"
        fix = "save it again where it came from"
        if data.startswith(PICKLES):
            what = f"{source} is a pickle, which is a program that runs when it is loaded"
            safe = source.with_suffix(".safetensors").name
            fix = f"safetensors.torch.save_file(model.state_dict(), {safe!r})   in PyTorch"
        raise lesson("E27", what=what, fix=fix) from None
    except KeyError as dtype:
        what = f"{source} holds {dtype} numbers, a dtype that NumPy does not have"
        raise lesson("E27", what=what, fix="convert to float32 before saving") from None
    table = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    header = table.get("__metadata__", {})
    return {name: array.copy() for name, array in sorted(arrays.items())}, header
