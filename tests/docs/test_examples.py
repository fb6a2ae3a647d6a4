"""The examples: short programs over NumPy code, whose outcomes are asserted."""

import runpy
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


def run(name):
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_is_short_and_tested(path):
    assert len(path.read_text().splitlines()) <= 60
    assert f"def test_{path.stem}" in Path(__file__).read_text()


def test_logistic_regression():
    program = run("logistic_regression")
    results = program["main"]()
    np.testing.assert_allclose(results["gradient_descent"], results["newton"], atol=1e-3)
    # where the gradient, by its closed form, is zero
    X, y, w = program["X"], program["y"], results["newton"]
    wrongness = -y / (1 + np.exp(y * (X @ w)))
    np.testing.assert_allclose(X.T @ wrongness / len(y) + 2e-3 * w, 0, atol=1e-12)


def test_neural_net():
    loss, accuracy = run("neural_net")["main"]()
    assert loss < 0.05
    assert accuracy > 0.97


def test_gaussian_mixture():
    program = run("gaussian_mixture")
    found, true = program["main"](), program["TRUE_MEANS"]
    for mean in true:
        assert min(np.linalg.norm(found - mean, axis=1)) < 0.15


def test_rnn(capsys):
    program = run("rnn")
    loss, written = program["main"]()
    assert loss < 0.05
    assert written == program["TEXT"]
    assert written in capsys.readouterr().out


def test_two_ways():
    (losses, twin_losses), (state, twin_state) = run("two_ways")["main"]()
    assert losses[-1] < 0.5 * losses[0]
    np.testing.assert_allclose(losses, twin_losses, rtol=1e-11)
    assert state.keys() == twin_state.keys()
    for path, array in state.items():
        np.testing.assert_allclose(array, twin_state[path], rtol=1e-9, err_msg=path)
