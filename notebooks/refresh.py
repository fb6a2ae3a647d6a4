"""Run notebooks from top to bottom and write their outputs back.

    python notebooks/refresh.py                     all of them
    python notebooks/refresh.py notebooks/01*.ipynb

What is written depends on the cells alone, but for a picture of seconds in 07 and the fonts of
graphs: no machine, cell ids by position. A notebook whose outputs did not change stays the same
file, byte for byte. Needs the `notebooks` extra.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
SECONDS = 120  # for one cell: nothing in the course takes that long, unless it hangs
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # one each: same sums
KEPT = {"jupyter", "tags"}  # of a cell's metadata: whether it is folded, and what it is called


def executed(path: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs of a fresh kernel. A cell that raises, raises here."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=SECONDS, record_timing=False,
        coalesce_streams=True, resources={"metadata": {"path": str(path.parent)}},
    )  # fmt: skip
    client.execute(env=os.environ | dict.fromkeys(THREADS, "1"))
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for i, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{i:02}"
        cell.metadata = {key: cell.metadata[key] for key in KEPT if key in cell.metadata}
    return nbformat.from_dict(notebook)


def main(names: list[str]) -> None:
    """Refresh the notebooks named, or all of them."""
    for path in [Path(name) for name in names] or sorted(HERE.glob("*.ipynb")):
        nbformat.write(executed(path), path)
        print(path.name)


if __name__ == "__main__":
    main(sys.argv[1:])
