"""The rules of the house: who imports whom, what is imported at start, how long the path is."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
PACKAGES = ("autograd", "nn", "optim", "chainrule")

# package: the packages of ours that it may import
MAY_IMPORT = {
    "autograd": {"autograd"},
    "nn": {"nn", "autograd"},
    "optim": {"optim", "autograd"},
    "chainrule": {"autograd", "nn", "optim", "chainrule"},
}
# modules that the engine's core must not know, wherever the import stands
CORE = ("node", "op", "local", "guard", "data", "state", "errors", "value", "tensor", "face")
VIEWS = ("autograd.view", "autograd.storage", "autograd.check", "autograd.transforms")

READING_PATH = (
    "autograd/node.py", "autograd/op.py", "autograd/value.py", "autograd/tensor.py",
    "autograd/ops/elementwise.py", "nn/neuron.py", "nn/losses.py", "nn/dropout.py",
    "optim/descent.py", "optim/adaptive.py", "optim/batches.py",
)  # fmt: skip
READING_PATH_LINES = 1800

# what must wait until the function that needs it is called
LATE = (
    "graphviz", "pygraphviz", "matplotlib", "safetensors", "tqdm", "importlib.metadata",
    "pandas", "scipy", "torch", "sklearn", "numba", "IPython",
)  # fmt: skip


def modules():
    return {
        path: name_of(path)
        for package in PACKAGES
        for path in sorted((HOUSE / package).rglob("*.py"))
    }


def name_of(path):
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(path, nodes):
    """The full names of all modules that these syntax nodes import."""
    package = name_of(path).split(".")
    package = package if path.name == "__init__.py" else package[:-1]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def anywhere(path):
    return set(imported_by(path, ast.walk(ast.parse(path.read_text()))))


def at_start(path):
    """What runs when the module is imported: all but functions and what is there for types."""
    pending, running = list(ast.parse(path.read_text()).body), []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
            continue
        running.append(node)
        pending += ast.iter_child_nodes(node)
    return set(imported_by(path, running))


def top(name):
    return name.split(".")[0]


def test_the_house_was_found():
    assert {top(name) for name in modules().values()} == set(PACKAGES)
    assert len(modules()) > 30


@pytest.mark.parametrize("package", PACKAGES)
def test_arrows_only_point_down(package):
    for path in (HOUSE / package).rglob("*.py"):
        ours = {top(name) for name in anywhere(path)} & set(PACKAGES)
        assert ours <= MAY_IMPORT[package], f"{path.relative_to(HOUSE)} imports {ours}"


@pytest.mark.parametrize("module", CORE)
def test_the_core_knows_no_view(module):
    path = HOUSE / "autograd" / f"{module}.py"
    assert not [name for name in anywhere(path) if name.startswith(VIEWS)]


def test_nobody_is_imported_in_a_circle_at_start():
    graph = {
        name: {other for other in at_start(path) if other in set(modules().values())} - {name}
        for path, name in modules().items()
        if path.name != "__init__.py"
    }
    while graph:
        free = {name for name, needs in graph.items() if not needs & graph.keys()}
        assert free, f"a circle among {sorted(graph)}"
        graph = {name: needs for name, needs in graph.items() if name not in free}


def test_at_start_only_the_standard_library_numpy_and_the_house_are_imported():
    allowed = sys.stdlib_module_names | {"numpy", *PACKAGES}
    for path in modules():
        strangers = {top(name) for name in at_start(path)} - allowed
        assert not strangers, f"{path.relative_to(HOUSE)} imports {strangers} at its top"


def test_importing_the_three_packages_loads_nothing_heavy(tmp_path):
    program = (
        "import sys, numpy; before = set(sys.modules); import autograd, nn, optim; "
        "print(*sorted(set(sys.modules) - before), sep='\\n')"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=tmp_path, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    loaded = run.stdout.split()
    assert {"autograd.node", "nn", "optim"} <= set(loaded)
    heavy = [name for name in loaded if name in LATE or top(name) in LATE]
    assert heavy == []
    assert not [name for name in loaded if name.startswith(("autograd.view", "autograd.storage"))]


def test_the_reading_path_is_short():
    missing = [name for name in READING_PATH if not (HOUSE / name).is_file()]
    assert missing == []
    counts = {name: len((HOUSE / name).read_text().splitlines()) for name in READING_PATH}
    for name, count in counts.items():
        print(f"{count:6} {name}")
    print(f"{sum(counts.values()):6} lines in all, of at most {READING_PATH_LINES}")
    assert sum(counts.values()) <= READING_PATH_LINES


def test_the_views_table_of_contents_is_complete():
    folder = HOUSE / "autograd" / "view"
    told = (folder / "__init__.py").read_text()
    assert [path.name for path in folder.glob("[a-z]*.py") if f"`{path.name}`" not in told] == []
