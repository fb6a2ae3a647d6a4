import csv
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import pytest

from autograd import storage
from chainrule.cli import main

SVG = "{http://www.w3.org/2000/svg}"


def chainrule(folder, *arguments):
    """The command in a process of its own; output without a terminal, in UTF-8."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "chainrule", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def png_size(path):
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def svg_text(path):
    return " ".join("".join(text.itertext()) for text in ET.parse(path).iter(f"{SVG}text"))


def test_training_says_what_it_does_and_leaves_its_files(tmp_path):
    ran = chainrule(tmp_path, "train", "moons", "--epochs", "3", "--dropout", "0.25")
    assert (ran.returncode, ran.stderr) == (0, "")
    for words in (
        "N = 400 points on two half circles, 2 features each",
        "300 samples to train on, 100 to test on",
        "Linear(2, 16)     2 x 16 weights + 16 biases = 48",
        "Dropout(p=0.25, drops 25 %)",
        "354 weights in all, biases included",
        "-1/n sum log p[k], p = softmax(z)\n",
        "d/dz = 1/n (p - 1k).\n",
        "Adam, lr 0.01",
        "batch size 32: mini-batch gradient descent",
        "ceil(300 / 32) = 10 iterations per epoch",
        "3 epochs: 3 x 10 = 30 updates of the weights",
        "Training   loss ",
        "Test       loss ",
        "Written to runs/moons",
    ):
        assert words in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80

    out = tmp_path / "runs" / "moons"
    files = [
        "backprop.html", "boundary.png", "checkpoint.safetensors", "graph.svg", "history.csv",
        "loss.png", "training.html", "weights.safetensors",
    ]  # fmt: skip
    assert sorted(path.name for path in out.iterdir()) == files
    assert all(file in ran.stdout for file in files)
    shapes = {name: array.shape for name, array in storage.load(out / files[-1]).items()}
    assert shapes["0.weight"] == (16, 2)
    assert shapes["input.mean"] == shapes["input.std"] == (2,)
    with (out / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["iteration"] for row in rows] == ["10", "20", "30"]
    assert float(rows[-1]["validation_accuracy"]) <= 1
    assert min(png_size(out / "loss.png")) > 400
    assert min(png_size(out / "boundary.png")) > 400
    picture = svg_text(out / "graph.svg")
    for word in ("x", "0.weight", "6.bias", "relu", "loss", "gradient"):
        assert word in picture
    page = (out / "backprop.html").read_text(encoding="utf-8")
    assert "Backpropagation in loss" in page
    assert "passes on ∂loss/∂" in page
    recorded = (out / "training.html").read_text(encoding="utf-8")
    assert "A training run: 30 frames" in recorded
    assert "Update 30: the loss is " in recorded
    assert len(recorded.encode()) < 1_500_000


def test_a_table_of_classes(tmp_path):
    rows = "".join(f"{i % 7},{i},{'up' if i > 30 else 'down'}\n" for i in range(60))
    (tmp_path / "t.csv").write_text("a,b,kind\n" + rows)
    ran = chainrule(tmp_path, "train", "t.csv", "--target", "kind", "--epochs", "60")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "N = 60 rows of t.csv, 2 features each" in ran.stdout
    assert "target kind: 2 classes, down, up" in ran.stdout
    assert "accuracy" in ran.stdout
    assert (tmp_path / "runs" / "t" / "boundary.png").exists()


def test_whole_numbers_are_classes_and_the_output_says_how_to_change_that(tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(8)))
    options = ["train", "t.csv", "--target", "y", "--epochs", "1"]
    told, hint = "target y: 2 classes, 0, 1", " (few whole numbers; --loss mse makes it a"
    assert told + hint in chainrule(tmp_path, *options).stdout
    assert told + "\n" in chainrule(tmp_path, *options, "--loss", "bce").stdout


def test_a_table_of_numbers(tmp_path):
    rows = "".join(f"{i / 10},{5 - i / 4}\n" for i in range(60))
    (tmp_path / "t.csv").write_text("x,height\n" + rows)
    ran = chainrule(tmp_path, "train", "t.csv", "--target", "height", "--hidden", "none")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "target height: a number, scaled like the features" in ran.stdout
    assert "(--loss cross-entropy makes it a class)" in " ".join(ran.stdout.split())
    assert "(p - y)^2" in ran.stdout
    assert "Linear(1, 1)      1 x 1 weights + 1 bias = 2" in ran.stdout
    error = ran.stdout.split("Test ")[1].split("off by ")[1].split(" (root mean squared")[0]
    assert float(error) < 0.5
    assert not (tmp_path / "runs" / "t" / "boundary.png").exists()
    assert not (tmp_path / "runs" / "t" / "training.html").exists()


def test_explain_prints_the_first_update(tmp_path):
    options = ["--hidden", "none", "--epochs", "1", "--batch-size", "full", "--explain"]
    ran = chainrule(tmp_path, "train", "xor", *options, "--optimizer", "gd", "--loss", "bce")
    assert ran.returncode == 0
    lines = ran.stdout.split("The first update")[1].splitlines()
    assert lines[1].split() == ["name", "old", "gradient", "step", "new"]
    rows = [line.rsplit(maxsplit=4) for line in lines[2:5]]
    assert [row[0] for row in rows] == ["0.weight[0, 0]", "0.weight[0, 1]", "0.bias[0]"]
    weights = storage.load(tmp_path / "runs" / "xor" / "weights.safetensors")
    after = [*weights["0.weight"].ravel(), *weights["0.bias"]]
    for (_, *cells), saved in zip(rows, after, strict=True):
        old, gradient, step, new = map(float, cells)
        assert step == pytest.approx(0.1 * gradient, rel=1e-4)
        assert new == pytest.approx(old - step, abs=1e-5)
        assert saved == pytest.approx(new, rel=1e-5)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("digist", "there is no data set 'digist'"),
        ("digist", "did you mean digits?"),
        ("gone.csv --target y", "there is no file gone.csv."),
        ("iris --target species", "--target is for CSV files"),
        ("table.csv", "--target with one of x, y"),
        ("table.csv --target z", "has no column 'z'; it has x, y."),
        ("table.csv --target y --loss mse", "holds 'a', which is not a number"),
        ("table.csv --target y --test-size 4", "leaves none to train on"),
        ("--hidden 0", "--hidden must be whole numbers from 1 to 10000"),
        ("--hidden 16,,16", "--hidden must be"),
        ("--hidden -3", "--hidden must be"),
        ("--hidden 16 16", "commas between, --hidden 16,16."),
        ("moons --hidden 16 16", "unrecognized arguments: 16; sizes of hidden layers have commas"),
        ("moons --hiden 16", "unrecognized arguments: --hiden 16; `chainrule --help` lists"),
        ("--hidden 10001", "--hidden must be"),
        ("--hidden 2.5", "got '2.5'"),
        ("--activation rely", "--activation must be one of relu, leaky_relu"),
        ("--loss hinge", "--loss must be one of auto, cross-entropy, bce, mse"),
        ("--loss bce", "bce tells two classes apart, but 'digit' has 10"),
        ("--optimizer tiger", "--optimizer must be one of gd, sgd, adagrad, rmsprop, adadelta"),
        ("--momentum 0.9", "--momentum does not go with adam"),
        ("--optimizer sgd --momentum 1", "--momentum must be a number, from 0 to below 1"),
        ("--dropout 1", "--dropout must be a number, from 0 to below 1; got '1'."),
        ("--dropout -0.1", "--dropout must be"),
        ("--lr 0", "--lr must be a number, greater than 0; got '0'."),
        ("--lr -0.1", "--lr must be"),
        ("--lr nan", "--lr must be"),
        ("--lr inf", "--lr must be"),
        ("--lr fast", "got 'fast'"),
        ("--batch-size 0", "--batch-size must be a whole number, 1 or more, or full"),
        ("--batch-size 3.5", "--batch-size must be"),
        ("--epochs 0", "--epochs must be a whole number, 1 or more"),
        ("--epochs many", "got 'many'"),
        ("--seed -1", "--seed must be a whole number, 0 or more"),
        ("--test-size 0", "--test-size must be"),
        ("--test-size 1.5", "--test-size must be a share below 1, or a whole number"),
        ("--test-size 1797", "leaves none to train on"),
        ("--output table.csv/here", "cannot write to the folder table.csv/here: Not a directory."),
        ("--output table.csv", "cannot write to the folder table.csv: File exists."),
        ("--epoch 3", "unrecognized arguments: --epoch"),
        ("--epochs", "expected one argument"),
    ],
)
def test_refusals(tmp_path, monkeypatch, capsys, arguments, told):
    (tmp_path / "table.csv").write_text("x,y\n1,a\n2,b\n3,a\n4,b\n")
    monkeypatch.chdir(tmp_path)
    assert main(["train", *arguments.split()]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert told in printed.err
    assert printed.err.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_refusal_seen_from_outside(tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n1,a\n,b\n")
    ran = chainrule(tmp_path, "train", "t.csv", "--target", "y")
    told = "chainrule: t.csv: row 2 (line 3), column 'x' is empty; features must be numbers.\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", told)


def test_diverging_ends_with_status_1_and_advice(tmp_path):
    ran = chainrule(tmp_path, "train", "moons", "--loss", "mse", "--optimizer", "gd", "--lr", "50")
    assert ran.returncode == 1
    hint, reason = ran.stderr.splitlines()
    assert hint == "chainrule: hint: lr = 50.0: steps this large seldom converge."
    assert reason.startswith("chainrule: training diverged: the loss became ")
    assert reason.endswith("try --lr 0.1.")
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_batch_larger_than_the_data_is_batch_gradient_descent(tmp_path):
    ran = chainrule(tmp_path, "train", "xor", "--batch-size", "999", "--epochs", "1", "--seed", "5")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "batch size 300: batch gradient descent" in ran.stdout
    assert "300 / 300 = 1 iteration per epoch" in ran.stdout


def test_no_run_is_overwritten_unless_its_folder_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    options = ["train", "moons", "--epochs", "1", "--hidden", "2"]
    assert [main(options), main(options)] == [0, 0]
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["moons", "moons-2"]

    named = [*options, "--output", "runs/moons"]
    capsys.readouterr()
    assert main([*named, "--loss", "mse"]) == 0
    assert "Output     runs/moons (replacing what an earlier run wrote)" in capsys.readouterr().out
    assert not (tmp_path / "runs" / "moons" / "boundary.png").exists()


def test_quiet_prints_nothing(tmp_path):
    ran = chainrule(tmp_path, "train", "xor", "--epochs", "1", "--quiet", "--output", "o")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert (tmp_path / "o" / "weights.safetensors").exists()


def test_interrupted_training_keeps_what_there_is(tmp_path):
    command = [sys.executable, "-u", "-m", "chainrule", "train", "moons", "--epochs", "100000"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not process.stdout.readline().startswith("Output"):
        assert process.poll() is None
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    assert "of 100000: stopped early" in out
    with (tmp_path / "runs" / "moons" / "history.csv").open() as file:
        assert 0 < len(list(csv.DictReader(file))) < 100000
    assert (tmp_path / "runs" / "moons" / "weights.safetensors").exists()


def test_the_command_without_arguments_helps(capsys):
    assert main([]) == 0
    assert "train a network" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argument", "told"), [("--version", "chainrule 0.1.0\n"), ("--help", "usage: chainrule")]
)
def test_version_and_help(capsys, argument, told):
    with pytest.raises(SystemExit) as leaving:
        main([argument])
    assert leaving.value.code == 0
    assert capsys.readouterr().out.startswith(told)


def test_help_names_the_defaults_and_gives_examples(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    told = capsys.readouterr().out
    assert "chainrule train flowers.csv --target species" in told
    assert "default: adam" in told


def test_a_name_that_the_terminal_cannot_show(tmp_path):
    rows = "".join(f"{i},{'süß' if i % 2 else '酸'}\n" for i in range(8))
    (tmp_path / "t.csv").write_text("x,geschmack\n" + rows, encoding="utf-8")
    command = [sys.executable, "-m", "chainrule", "train", "t.csv", "--target", "geschmack"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run(
        [*command, "--epochs", "1"], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"2 classes, s??, ?" in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--output", ""], "--output must name a folder, such as runs/first; got ''."),
        (["--resume", " "], "--resume must name a folder, such as runs/first; got ' '."),
        ([""], "the data have no name; there are digits,"),
    ],
)
def test_empty_names(tmp_path, monkeypatch, capsys, arguments, told):
    monkeypatch.chdir(tmp_path)
    assert main(["train", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_place_of_a_file_is_refused_before_training(tmp_path, capsys):
    (tmp_path / "loss.png").mkdir()
    (tmp_path / "history.csv").write_text("kept")
    assert main(["train", "xor", "--output", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert "loss.png is a folder" in printed.err
    assert printed.out == ""
    assert (tmp_path / "history.csv").read_text() == "kept"


def test_an_error_without_a_file_name(monkeypatch, capsys):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chainrule.cli.run", full)
    assert main(["train", "xor"]) == 2
    assert capsys.readouterr().err == "chainrule: No space left on device.\n"


def test_dollar_signs_in_names_are_no_mathematics(tmp_path):
    kinds = [r"$\foo$", "$b$"]
    rows = "".join(f"{i},{i % 3},{kinds[i % 2]}\n" for i in range(12))
    (tmp_path / "t.csv").write_text(r"$x^$,$\bar,y" + "\n" + rows)
    options = ["--target", "y", "--epochs", "1", "--output", "o"]
    ran = chainrule(tmp_path, "train", "t.csv", *options)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (tmp_path / "o" / "boundary.png").exists()


def command(folder, preparation):
    """Run the command as pip installs it, after some preparation."""
    script = folder / "chainrule"
    lines = [preparation, "from chainrule.cli import main", "import sys; sys.exit(main())"]
    script.write_text("\n".join(lines))
    return subprocess.run(
        [sys.executable, script, "--version"],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_command_beside_a_foreign_autograd(tmp_path):
    (tmp_path / "autograd.py").write_text("grad = None\n")
    ran = command(tmp_path, "import sys; sys.path.insert(0, '.')")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("chainrule found a package named 'autograd' that is not its own")
    assert "pip uninstall -y autograd chainrule && pip install chainrule" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_ctrl_c_while_modules_are_imported(tmp_path):
    (tmp_path / "autograd.py").write_text("raise KeyboardInterrupt\n")
    ran = command(tmp_path, "import sys; sys.path.insert(0, '.')")
    assert ran.returncode != 0
    assert ran.stderr == "chainrule: stopped before it was done.\n"


def test_other_errors_of_the_command_keep_their_traceback(tmp_path):
    (tmp_path / "autograd.py").write_text("1 / 0\n")
    ran = command(tmp_path, "import sys; sys.path.insert(0, '.')")
    assert ran.returncode == 1
    assert "Traceback" in ran.stderr
    assert "ZeroDivisionError" in ran.stderr
