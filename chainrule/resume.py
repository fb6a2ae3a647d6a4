"""Going on with a run: `chainrule train --resume FOLDER`.

After every epoch the run writes a checkpoint into its folder, and with it what it was asked to do.
So nothing needs to be said again; what is said again must agree, for a run that goes on under other
settings is another run.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

import optim
from optim import checkpoint

from .errors import UsageError
from .tables import Samples

if TYPE_CHECKING:
    from .train import Job

CHECKPOINT = "checkpoint.safetensors"
NOT_SETTINGS = ("output", "explain", "quiet", "progress", "resume", "compile")
AT_START = {
    "output": "the run goes on in its own folder",
    "explain": "the first update is past",
}


class Asked(optim.Callback):
    """Keeps in every checkpoint what the run was asked to do, and on which samples."""

    def __init__(self, job: Job, samples: Samples) -> None:
        asked = {name: x for name, x in asdict(job).items() if name not in NOT_SETTINGS}
        content = crc32(np.asarray(samples.X).tobytes(), crc32(np.asarray(samples.y).tobytes()))
        self.data, self.state = job.data, {"asked": asked, "samples": content}

    def state_dict(self) -> dict[str, Any]:
        """The settings, and a checksum of the samples."""
        return self.state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Refuse other samples than those that the run began with."""
        if state["samples"] != self.state["samples"]:
            raise UsageError(f"{self.data} has changed since the run began: begin a new run.")


def settings_of(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """What the run in this folder was asked to do, with what may be asked of it anew.

    given: the options that were given beside --resume. Raises UsageError unless they agree.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        raise UsageError(f"there is no run to go on with in {folder}: it has no {CHECKPOINT}.")
    try:
        state = checkpoint.read(path)
        asked = state["callback 0"]["asked"]
    except (ValueError, KeyError):
        raise UsageError(f"{path} is damaged, or not of a run of this command.") from None
    for name, value in given.items():
        if name in AT_START:
            raise UsageError(f"--{name} does not go with --resume: {AT_START[name]}.")
        if name in asked and name != "epochs" and value != asked[name]:
            raise UsageError(
                f"{told(name, asked[name], folder)}: leave it out, or begin a new run."
            )
    done, epochs = len(state["history"]), given.get("epochs", asked["epochs"])
    if epochs is not None and epochs <= done:
        raise UsageError(f"the run in {folder} has {done} epochs already: --epochs {2 * done}?")
    return {**asked, **given, "output": folder, "resume": True}


def told(name: str, value: Any, folder: Path) -> str:
    """With which value of an option a run was begun, in words."""
    if name == "data":
        return f"the run in {folder} was begun with {value}"
    option = f"--{name.replace('_', '-')}"
    if value is None:
        return f"the run in {folder} was begun without {option}"
    shown = ",".join(map(str, value)) or "none" if isinstance(value, tuple) else value
    return f"the run in {folder} was begun with {option} {shown}"
