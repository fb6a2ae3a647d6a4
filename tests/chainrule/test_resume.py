"""Going on with a run: the same files as if it had never stopped; refused if anything differs."""

import csv
import os
import re
import signal
import subprocess
import sys

import pytest

import chainrule.train
from autograd import storage
from chainrule.cli import main

OPTIONS = ["train", "moons", "--hidden", "5", "--dropout", "0.2", "--no-progress"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def result_of(folder):
    """The bits of the weights, and the history without its seconds."""
    with (folder / "history.csv").open() as file:
        rows = [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]
    return (folder / "weights.safetensors").read_bytes(), rows


@pytest.mark.parametrize("optimizer", chainrule.train.OPTIMIZERS)
def test_more_epochs_are_the_run_that_had_them_from_the_first(here, optimizer, capsys):
    options = [*OPTIONS, "--optimizer", optimizer]
    assert main([*options, "--epochs", "5", "--output", "whole"]) == 0
    assert main([*options, "--epochs", "2", "--output", "parts"]) == 0
    capsys.readouterr()
    assert main(["train", "--resume", "parts", "--epochs", "5"]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert "Output     parts (going on from its checkpoint)\n" in told
    assert "Trained 5 epochs in " in told
    assert result_of(here / "parts") == result_of(here / "whole")


def test_a_killed_run_goes_on(here):
    command = [sys.executable, "-m", "chainrule", *OPTIONS, "--epochs", "60", "--output"]
    with subprocess.Popen([*command, "killed"], stdout=subprocess.DEVNULL) as child:
        while not (here / "killed" / "checkpoint.safetensors").exists():
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)
    assert main(["train", "--resume", "killed", "--quiet"]) == 0
    assert main([*OPTIONS, "--epochs", "60", "--output", "whole", "--quiet"]) == 0
    assert result_of(here / "killed") == result_of(here / "whole")


def test_ctrl_c_leaves_a_run_that_goes_on(here):
    command = [sys.executable, "-m", "chainrule", *OPTIONS, "--epochs", "100000", "--output", "o"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        while not (here / "o" / "checkpoint.safetensors").exists():
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
    assert child.returncode == 130
    done = len(result_of(here / "o")[1])
    assert main(["train", "--resume", "o", "--epochs", str(done + 2), "--quiet"]) == 0
    assert len(result_of(here / "o")[1]) == done + 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--lr 0.5", r"begun without --lr: leave it out, or begin a new run"),
        ("--hidden 6", r"begun with --hidden 5: leave it out"),
        ("--dropout 0.3", r"begun with --dropout 0.2"),
        ("--optimizer sgd", r"begun with --optimizer adam"),
        ("--batch-size full", r"begun with --batch-size 32"),
        ("--seed 1", r"begun with --seed 0"),
        ("circles", r"the run in o was begun with moons"),
        ("--output p", r"--output does not go with --resume: the run goes on in its own folder"),
        ("--explain", r"--explain does not go with --resume"),
        ("--epochs 2", r"the run in o has 2 epochs already: --epochs 4\?"),
        ("", r"the run in o has 2 epochs already"),
        ("--resume p", r"there is no run to go on with in p: it has no checkpoint.safetensors"),
    ],
)
def test_refusals(here, capsys, options, told):
    assert main([*OPTIONS, "--epochs", "2", "--output", "o", "--quiet"]) == 0
    before = {path.name: path.read_bytes() for path in (here / "o").iterdir()}
    assert main(["train", "--resume", "o", *options.split()]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.search(told, printed.err)
    assert printed.err.count("\n") == 1
    assert {path.name: path.read_bytes() for path in (here / "o").iterdir()} == before


def test_the_same_settings_may_be_said_again(here):
    assert main([*OPTIONS, "--epochs", "1", "--output", "o", "--quiet"]) == 0
    assert main([*OPTIONS, "--epochs", "2", "--resume", "o", "--quiet"]) == 0


def test_a_table_that_has_changed(here, capsys):
    rows = [f"{i},{i % 7},{i % 2}" for i in range(40)]
    (here / "t.csv").write_text("\n".join(["a,b,kind", *rows]))
    options = ["train", "t.csv", "--target", "kind", "--output", "o", "--quiet"]
    assert main([*options, "--epochs", "1"]) == 0
    assert main(["train", "--resume", "o", "--epochs", "2", "--quiet"]) == 0
    rows[3] = "3,3.5,1"
    (here / "t.csv").write_text("\n".join(["a,b,kind", *rows]))
    before = result_of(here / "o")
    assert main(["train", "--resume", "o", "--epochs", "3", "--quiet"]) == 2
    assert "t.csv has changed since the run began: begin a new run." in capsys.readouterr().err
    assert result_of(here / "o") == before


def test_a_damaged_checkpoint(here, capsys):
    assert main([*OPTIONS, "--epochs", "1", "--output", "o", "--quiet"]) == 0
    path = here / "o" / "checkpoint.safetensors"
    whole = path.read_bytes()
    storage.save({}, here / "weights")
    for data in (whole[:-1], whole[:100], b"", (here / "weights").read_bytes()):
        path.write_bytes(data)
        assert main(["train", "--resume", "o", "--epochs", "2"]) == 2
        told = "chainrule: o/checkpoint.safetensors is damaged, or not of a run of this command.\n"
        assert capsys.readouterr().err == told.replace("/", os.sep)
