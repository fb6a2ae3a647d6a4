"""Installing for real: the README's main command, the wheel's content, and a foreign `autograd`.

These tests make virtual environments and fetch packages, so they are a group of their own:
`pytest -m install`.
"""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.install

ROOT = Path(__file__).parents[2]
FOREIGN = "autograd==1.8.0"
FIX = "pip uninstall -y autograd chainrule && pip install chainrule"


def run(*command, cwd, check=True):
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT, cwd=folder)
    (built,) = folder.glob("chainrule-*.whl")
    return built


def environment(folder):
    run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    return folder / "env" / "bin"


def test_the_wheel_holds_the_packages_and_their_data_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("autograd", "nn", "optim", "chainrule"):
        assert {f"{package}/__init__.py", f"{package}/py.typed"} <= names
    assert {"nn/datasets/digits.npz", "nn/datasets/iris.npz", "autograd/view/draw.py"} <= names
    page = {
        "elements.js", "graph.js", "page.js", "player.js", "run.js", "page.css", "palette.css",
    }  # fmt: skip
    assert {f"autograd/view/page/{name}" for name in page} <= names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"autograd", "nn", "optim", "chainrule", "chainrule-0.1.0.dist-info"}
    assert "autograd/numpy/__init__.py" not in names


def test_the_readme_main_command_in_a_fresh_clone(tmp_path):
    readme = (ROOT / "README.md").read_text()
    (command,) = re.findall(r"^python3 -m venv .*chainrule train$", readme, re.MULTILINE)
    run("git", "clone", "-q", ROOT, tmp_path / "clone", cwd=tmp_path)
    done = run("bash", "-c", command, cwd=tmp_path / "clone")
    (accuracy,) = re.findall(r"^Test .*accuracy ([\d.]+) %", done.stdout, re.MULTILINE)
    assert float(accuracy) >= 96
    written = {path.name for path in (tmp_path / "clone" / "runs" / "digits").iterdir()}
    files = {"checkpoint.safetensors", "weights.safetensors", "history.csv", "loss.png"}
    assert written == files | {"graph.svg", "backprop.html"}


@pytest.mark.parametrize("order", [("foreign", "ours"), ("ours", "foreign")])
def test_a_foreign_package_named_autograd_is_named_with_the_fix(wheel, tmp_path, order):
    bin_ = environment(tmp_path)
    for whose in order:
        run(bin_ / "pip", "install", "-q", FOREIGN if whose == "foreign" else wheel, cwd=tmp_path)
    for statement in ("import nn", "import optim", "import chainrule"):
        done = run(bin_ / "python", "-c", statement, cwd=tmp_path, check=False)
        assert done.returncode != 0
        assert len(re.findall(r"^ImportError: ", done.stderr, re.MULTILINE)) == 1
        assert FIX in done.stderr
    done = run(bin_ / "python", "-c", "import autograd; autograd.Value", cwd=tmp_path, check=False)
    assert done.returncode != 0
    if order[-1] == "ours":  # installed first, our `autograd/__init__.py` is gone: nothing can say
        assert FIX in done.stderr
    done = run(bin_ / "chainrule", "train", cwd=tmp_path, check=False)
    assert done.returncode != 0
    assert FIX in done.stderr
    assert "Traceback" not in done.stderr


def test_the_fix_works(wheel, tmp_path):
    bin_ = environment(tmp_path)
    run(bin_ / "pip", "install", "-q", wheel, FOREIGN, cwd=tmp_path)
    run(bin_ / "pip", "uninstall", "-q", "-y", "autograd", "chainrule", cwd=tmp_path)
    run(bin_ / "pip", "install", "-q", wheel, cwd=tmp_path)
    statement = "import autograd, nn, optim, chainrule; print(autograd.Value(2.0) * 3)"
    done = run(bin_ / "python", "-c", statement, cwd=tmp_path)
    assert done.stdout == "Value(6, op=*)\n"


def test_an_editable_install_imports_from_outside_the_checkout(tmp_path):
    bin_ = environment(tmp_path)
    run(bin_ / "pip", "install", "-q", "-e", ROOT, cwd=tmp_path)
    done = run(bin_ / "python", "-c", "import autograd, nn; print(autograd.__file__)", cwd=tmp_path)
    assert done.stdout.strip() == str(ROOT / "autograd" / "__init__.py")
