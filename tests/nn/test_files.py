"""nn.save under kill -9, and files that hold a program."""

import pickle
import random
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
from messages import fix_of

import nn
from autograd import DataError, KindError

WRITER = """
import sys
from itertools import count

import numpy as np

import nn

model = nn.Sequential(nn.Linear(300, 300), nn.Linear(300, 300))
for k in count(1):
    for parameter in model.parameters():
        parameter.data = np.full(parameter.shape, float(k))
    nn.save(model, sys.argv[1])
    print(k, flush=True)
"""


def test_a_kill_at_any_moment_leaves_one_whole_file(tmp_path):
    path, moments = tmp_path / "model.safetensors", random.Random(0)
    for _ in range(6):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout.readline()
            time.sleep(moments.uniform(0, 0.03))
            writer.send_signal(signal.SIGKILL)
            saves = 1 + len(writer.stdout.readlines())
        state = nn.load(path)
        assert {path: x.shape for path, x in state.items()} == {
            "0.weight": (300, 300), "0.bias": (300,), "1.weight": (300, 300), "1.bias": (300,),
        }  # fmt: skip
        numbers = np.unique(np.concatenate([x.ravel() for x in state.values()]))
        assert numbers.tolist() in ([saves], [saves + 1])  # renamed, but not yet told


@pytest.mark.parametrize("zipped", [False, True])
def test_a_pickle_is_refused_and_not_run(tmp_path, capsys, zipped):
    class Trap:
        def __reduce__(self):
            return print, ("the program in the file ran",)

    path, program = tmp_path / "model.pt", pickle.dumps(Trap())
    path.write_bytes(program)
    if zipped:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("model/data.pkl", program)
    with pytest.raises(DataError, match="is a pickle") as caught:
        nn.load(path)
    fix = "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
    assert fix_of(caught.value) == fix
    assert capsys.readouterr().out == ""


def test_what_is_not_a_module_is_refused(tmp_path):
    model = nn.Linear(2, 2)
    with pytest.raises(KindError, match=r"given a dict(.|\n)*nn\.save\(model, path\)"):
        nn.save(model.state_dict(), tmp_path / "x.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_a_transposed_weight_comes_back_as_it_was(tmp_path):
    model, path = nn.Linear(3, 2), tmp_path / "model.safetensors"
    model.weight.data = np.arange(6.0).reshape(3, 2).T
    nn.save(model, path)
    np.testing.assert_array_equal(nn.load(path)["weight"], [[0, 2, 4], [1, 3, 5]])
