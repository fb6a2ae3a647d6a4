"""What all tests share: helper modules beside them, and the size of the test matrix at the end."""

import sys
from pathlib import Path

here = Path(__file__).parent
for folder in (here, here / "autograd", here / "optim"):
    sys.path.insert(0, str(folder))


def pytest_terminal_summary(terminalreporter):
    matrix = sys.modules.get("matrix")
    if matrix is not None and matrix.COUNTS:
        terminalreporter.write_line(matrix.summary())
