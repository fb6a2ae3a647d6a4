"""Pages in windows of Chromium, which the fixture `chromium` starts."""

from contextlib import contextmanager

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
PHONE, DESKTOP = {"width": 390, "height": 780}, {"width": 1200, "height": 800}


@contextmanager
def opened(chromium, path, **options):
    """A page in a window of its own; it must neither fail nor ask the network for anything."""
    options = {"viewport": DESKTOP, "reduced_motion": "reduce", **options}
    context = chromium.new_context(**options)
    view = context.new_page()
    asked, broken = [], []
    view.on("request", lambda request: asked.append(request.url))
    view.on("pageerror", lambda error: broken.append(str(error)))
    view.on("console", lambda message: broken.append(message.text))
    view.goto(f"file://{path}")
    yield view
    assert broken == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()
