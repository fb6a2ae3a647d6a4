"""What all tests share: helper modules beside them, and the size of the test matrix at the end."""

import os
import sys
from pathlib import Path

import pytest

# Before NumPy starts its threads: on a busy machine they wait for each other, thirty times as long,
# and sums in several threads are rounded differently.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

here = Path(__file__).parent
for folder in (here, here / "autograd", here / "optim"):
    sys.path.insert(0, str(folder))


@pytest.fixture(scope="module")
def chromium():
    """The browser in which pages are tried out."""
    from browser import FLAGS
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS.split())
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter):
    matrix = sys.modules.get("matrix")
    if matrix is not None and matrix.COUNTS:
        terminalreporter.write_line(matrix.summary())
