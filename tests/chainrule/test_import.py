import subprocess
import sys

import pytest

import chainrule

HEAVY = ("matplotlib", "tqdm", "graphviz", "pygraphviz", "safetensors", "importlib.metadata")


@pytest.mark.parametrize("module", ["chainrule", "chainrule.cli"])
def test_importing_loads_none_of_the_heavy_packages(module):
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_the_names_most_often_needed_are_here():
    w = chainrule.Value(2.0, name="w")
    loss = w * w
    loss.backward()
    assert (w.grad, chainrule.__version__) == (4.0, "0.1.0")
    assert "w" in str(chainrule.draw(loss))
    for name in chainrule.__all__:
        assert getattr(chainrule, name) is not None


def test_names_that_are_not_there():
    with pytest.raises(AttributeError, match="module 'chainrule' has no attribute 'sketch'"):
        _ = chainrule.sketch


def test_a_foreign_autograd_is_refused_with_the_fix(tmp_path):
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("grad = None\n")
    code = "import sys; sys.path.insert(0, sys.argv[1])\ntry: import chainrule\n"
    code += "except ImportError as error: print(error)"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert "chainrule found a package named 'autograd' that is not its own" in ran.stdout
    assert "pip uninstall -y autograd chainrule && pip install chainrule" in ran.stdout
