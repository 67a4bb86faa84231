"""The app's pages: home and one for each demo, with a bar of links, and panels as tabs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import gradio as gr
from starlette.middleware import Middleware

from demos.frame.browser_secret import browser_secret
from demos.frame.demo import AppContext, Demo
from demos.frame.first_values import chinese_values
from demos.frame.home import build_home
from demos.frame.kept import follows
from demos.frame.log_slider import is_log_slider
from demos.frame.own_models import OwnModels
from demos.frame.page_source import PageInfo, shape_page
from demos.frame.serving import FromMemory
from demos.frame.status import build_status_line
from demos.frame.strings import link, text
from demos.frame.texts import TEXTS
from models.registry import Registry

HOME = ""  # the key of the first page
_HEADER = '<div class="kl-header"><span class="kl-seal">科</span><h1>Kexue Lab</h1></div>'
_FIELDS = (
    *(gr.Textbox, gr.Number, gr.Slider, gr.Checkbox, gr.CheckboxGroup, gr.Radio, gr.Dropdown),
    gr.Dataframe,
)


def build_pages(app: gr.Blocks, registry: Registry, demos: Sequence[Demo]) -> None:
    """Lay out every page of an app that has none yet."""
    keys = (HOME, *(demo.key for demo in demos))
    secret = browser_secret()
    with app:
        _lay_out_head(registry, keys, HOME)
        build_home(demos)
    for demo in demos:
        with app.route(demo.key, demo.key, show_in_navbar=False):
            _lay_out_head(registry, keys, demo.key)
            own_models = OwnModels(registry, secret)
            tabs = _lay_out_demo(demo, AppContext(registry, app, own_models))
            own_models.wire(app, demo.key)
            _wire(app, demo.key, tabs)


def page_middleware(app: gr.Blocks) -> Middleware:
    """What sends the pages of an app, compressed and from memory."""
    pages = {f"/{key}": _info(app, key) for key, *_ in app.pages}

    def shape(html: bytes, path: str) -> bytes:
        return shape_page(html.decode(), pages[path]).encode()

    return Middleware(cast(Any, FromMemory), frozenset(pages), shape)


def _lay_out_head(registry: Registry, keys: Sequence[str], current: str) -> None:
    """What stands above every page; Gradio's own bar of pages knows one language."""
    with gr.Row(equal_height=True):
        gr.HTML(_HEADER, container=False)
        build_status_line(registry)
    links = "".join(_link(key, key == current) for key in keys)
    bar = f'<nav class="kl-pages" aria-label="Kexue Lab"><ul>{links}</ul></nav>'
    note = '<p id="page-note" role="status" aria-live="polite"></p>'
    gr.HTML(bar + note, container=False, elem_id="pages")


def _link(key: str, is_current: bool) -> str:
    """An entry of the bar; addresses are relative, for an app that is served below some path."""
    current = ' aria-current="page"' if is_current else ""
    name = f"{key or 'home'}.title"
    return f"<li>{link(f'./{key}', key, name, current)}</li>"


def _lay_out_demo(demo: Demo, context: AppContext) -> gr.Tabs:
    gr.Markdown(text(f"{demo.key}.intro"))
    above = demo.toolbar(context)
    tabs = gr.Tabs(elem_id=f"{demo.key}-tabs")
    with tabs:
        for key, panel in demo.panels.items():
            name, tab_id = text(f"{demo.key}.tab.{key}"), f"{demo.key}-{key}"
            with gr.Tab(name, id=tab_id, elem_id=f"{demo.key}-tab-{key}"):
                panel(above)
    return tabs


def _fields_of(app: gr.Blocks, page: str) -> Iterator[Any]:
    """What a visitor fills in on a page, in order; not files, which the browser lets go."""
    for block in app.blocks.values():
        takes = isinstance(block, _FIELDS) and getattr(block, "interactive", None) is not False
        if block.page == page and block.elem_id and (takes or is_log_slider(block)):
            yield block


def _wire(app: gr.Blocks, page: str, tabs: gr.Tabs) -> None:
    """What the page's script is told and asked, in the browser alone."""
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    tabs.change(
        None,
        js=f"() => window.kexue?.tabChanged('{page}-tabs')",
        api_name=f"{page}_panel_shown",
        **quiet,
    )
    opener = gr.Button(visible="hidden", elem_id="panel-open")
    opener.click(
        None,
        None,
        tabs,
        js="() => ({__type__: 'update', selected: window.kexue.wantedTab()})",
        api_name=f"{page}_panel_open",
        **quiet,
    )
    # One event that the script asks for, not one of every field: dozens would fire at the start.
    reader = gr.Button(visible="hidden", elem_id="fields-read")
    reader.click(
        None,
        list(_fields_of(app, page)),
        js="(...values) => { window.kexue.fieldsRead(values); }",
        api_name=f"{page}_fields_read",
        **quiet,
    )


def _info(app: gr.Blocks, page: str) -> PageInfo:
    if page == HOME:
        return PageInfo(HOME, ("Kexue Lab", "Kexue Lab"), {}, (), ())
    name, chinese_name = TEXTS[f"{page}.title"]
    tabs = next(b for b in app.blocks.values() if b.elem_id == f"{page}-tabs")
    keys = [str(tab.id).removeprefix(f"{page}-") for tab in cast(gr.Tabs, tabs).children]  # type: ignore[attr-defined]
    fields = list(_fields_of(app, page))
    return PageInfo(
        page,
        (f"{name} · Kexue Lab", f"{chinese_name} · Kexue Lab"),
        {key: TEXTS[f"{page}.tab.{key}"] for key in keys},
        tuple(str(field.elem_id) for field in fields),
        tuple(str(field.elem_id) for field in fields if follows(field)),
        chinese_values(fields),
    )
