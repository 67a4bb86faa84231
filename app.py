"""Kexue Lab: builds the app from the tuple of demos and serves it. `python app.py`."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before gradio is imported
# Gradio sums up its last events with pandas, after each, for statistics that nobody is shown.
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "64")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000000")
# How often libgomp's threads look for work before they sleep; read when the library is loaded, so
# before torch. By default 300,000 times, and beside other programs they burn what the others' turn
# takes. 950 tokens on two cores, idle: 34 ms with the default, 33 with this, 47 without spinning;
# beside two busy programs: 132 to 305, 115, 117. (`models/threads.py` avoids most of the rest.)
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
ZERO_GPU = os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")
if ZERO_GPU:
    import spaces  # noqa: F401  # before anything touches CUDA

import gradio as gr
from gradio.context import LocalContext
from starlette.middleware import Middleware

from demos import DEMOS
from demos.frame.demo import Demo
from demos.frame.pages import build_pages, page_middleware
from demos.frame.sessions import OpenPages, keep_sessions_small, let_go_of_sessions
from demos.frame.strings import I18N
from demos.frame.tables import MAX_FILE_BYTES
from demos.frame.theme import STYLE_SHEET, build_theme
from models.registry import Registry

CONCURRENT_EVENTS = 32  # visitors whose requests the registry may merge
DAY = 86_400


def build_app(registry: Registry, demos: Sequence[Demo] = DEMOS) -> gr.Blocks:
    """The interface over one registry: all pages, or some."""
    keep_sessions_small()
    app = gr.Blocks(title="Kexue Lab", delete_cache=(3_600, DAY), analytics_enabled=False)
    build_pages(app, registry, demos)
    no_status_of_components(app)
    return app.queue(api_open=False, default_concurrency_limit=CONCURRENT_EVENTS, max_size=256)


def no_status_of_components(app: gr.Blocks) -> None:
    """Leave the progress of events to the panels' own lines.

    Gradio keeps a status on every component that any event ever wrote to, and writes all of them
    anew at every step of any event, looking each up in the whole tree: seconds of a page's time
    in an app of a thousand components, though every event hides what is written there.
    """
    for event in app.fns.values():
        event.show_progress_on = []


def launch(app: gr.Blocks, **options: object) -> None:
    """Serve the app with the app's settings; `options` override (tests choose a port)."""
    settings: dict[str, object] = {
        "theme": build_theme(),
        "css_paths": [STYLE_SHEET],
        "i18n": I18N,
        "max_file_size": MAX_FILE_BYTES,
        "show_error": False,
        "ssr_mode": False,
        "max_threads": 2 * CONCURRENT_EVENTS,
        "run_history": False,
        "footer_links": ["api", "settings"],
        "_frontend": False,  # else gradio asks for its own page and gives up on a busy machine
    }
    pages = OpenPages()
    middleware = [page_middleware(app), Middleware(pages.middleware)]
    settings["app_kwargs"] = {"middleware": middleware}
    app.launch(**(settings | options))
    let_go_of_sessions(app, pages)


def main() -> None:
    """Start the registry, load the built-in models behind the first page, serve."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    registry = Registry(
        eager=ZERO_GPU,
        allow_hub_ids=os.environ.get("KEXUE_LAB_ALLOW_HUB_IDS") == "1",
        request_name=lambda: LocalContext.event_id.get(None),
    )
    app = build_app(registry)
    launch(app, prevent_thread_lock=True)
    if not ZERO_GPU:
        # After the first page can be seen: torch and the models take seconds to load.
        registry.preload(card.key for card in registry.catalog.ready())
    app.block_thread()


if __name__ == "__main__":
    main()
