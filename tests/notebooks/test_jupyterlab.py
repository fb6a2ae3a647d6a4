"""The notebooks in JupyterLab: freshly cloned, so not trusted, as a reader first meets them; and
one that is trusted, as one's own are: there the pages can be stepped through.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
TALL = {"width": 1100, "height": 15000}  # the whole notebook at once: JupyterLab shows what is seen
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}


TRUSTED = "trusted.ipynb"  # notebook 02 with another end, for it is the content that is trusted
SIGN = """
import sys, nbformat
from nbformat.sign import NotebookNotary
notebook = nbformat.read(sys.argv[1], 4)
notebook.cells.append(nbformat.v4.new_markdown_cell("My own notes."))
nbformat.write(notebook, sys.argv[2])
NotebookNotary().sign(notebook)
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab that knows nothing but a copy of the notebooks."""
    home = tmp_path_factory.mktemp("home")
    root = home / "clone"
    root.mkdir()
    for path in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(path, root)
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
    places = {
        "HOME": home, "JUPYTER_CONFIG_DIR": home / "config", "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime", "IPYTHONDIR": home / "ipython",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
    }  # fmt: skip
    port = free_port()
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
        f"--ServerApp.root_dir={root}",
    ]  # fmt: skip
    environment = {**os.environ, **{name: str(place) for name, place in places.items()}}
    (chain_rule,) = NOTEBOOKS.glob("02*.ipynb")
    command_to_sign = [sys.executable, "-c", SIGN, chain_rule, root / TRUSTED]
    subprocess.run(command_to_sign, env=environment, check=True)
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/api", server, home / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(address, server, log):
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            urlopen(address, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"JupyterLab did not answer:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from playwright.sync_api import sync_playwright

    profile = tmp_path_factory.mktemp("profile")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, headless=True, args=ARGUMENTS, viewport=TALL
        )
        yield context
        context.close()


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_picture_shows_before_anything_is_run(path, lab, browser, tmp_path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = [output.get("data", {}) for output in outputs]
    pages = ["".join(data["text/html"]) for data in shown if "text/html" in data]
    drawn = sum("<img " in page and "data:image/svg+xml" in page for page in pages)
    expected = sum("image/png" in data and "text/html" not in data for data in shown)
    expected += sum("<img " in page for page in pages)
    page = browser.new_page()

    page.goto(f"{lab}/doc/tree/{path.name}")
    page.wait_for_function(
        "n => document.querySelectorAll('.jp-OutputArea-output img').length >= n",
        arg=expected, timeout=60_000,
    )  # fmt: skip
    page.wait_for_timeout(1500)  # for the formulas
    page.screenshot(path=tmp_path / f"{path.stem}.png")

    pictures = page.locator(".jp-OutputArea-output img").evaluate_all(
        "all => all.map(i => [i.naturalWidth, i.clientWidth, i.clientHeight, i.src.slice(0, 14)])"
    )
    assert len(pictures) == expected > 0
    for natural_width, width, height, _ in pictures:
        assert natural_width > 0
        assert min(width, height) > 100
    # Of PNG and SVG, what a notebook that is not trusted shows; a page has its own picture in it.
    assert sum(kind != "data:image/png" for *_, kind in pictures) == drawn
    assert page.locator(".jp-MathJax-error, mjx-merror").count() == 0
    page.close()


def test_a_page_without_trust_is_its_picture_and_its_tables(lab, browser):
    (path,) = NOTEBOOKS.glob("02*.ipynb")
    view = browser.new_page()
    view.goto(f"{lab}/doc/tree/{path.name}")
    host = view.locator(".chainrule-play").first
    host.wait_for(timeout=60_000)
    assert host.evaluate("host => host.shadowRoot") is None  # the script may not run
    tables = host.locator("details")
    tables.nth(1).locator("summary").click()
    assert "1×7 + 3×2 = 13" in tables.nth(1).inner_text()
    view.close()


def test_a_trusted_notebook_shows_every_kind_of_output(lab, browser):
    view = browser.new_page()
    view.goto(f"{lab}/doc/tree/{TRUSTED}")
    view.locator(".chainrule-play .controls").nth(1).wait_for(timeout=60_000)
    kinds = view.locator(".jp-OutputArea-output").evaluate_all(
        "all => all.map(output => output.getAttribute('data-mime-type'))"
    )
    assert {kind for kind in kinds if kind} == {
        "image/svg+xml", "text/html", "application/vnd.jupyter.stdout",
    }  # fmt: skip

    first, second = [view.locator(".chainrule-play").nth(i) for i in range(2)]
    first.locator("button.next").click()
    assert first.locator(".sentence").inner_text().startswith("d = a × b = 3 × 2 = 6")
    first.locator("button.last").click()
    assert "1×7 + 3×2 = 13" in first.locator(".sentence").inner_text()
    assert second.locator(".step-counter").inner_text().startswith("step 0")  # by itself
    view.close()
