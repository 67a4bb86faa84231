// Runs before Gradio does, which then lays out what stands in `gradio_config`.
//
// - The open panel is part of the address (?panel=fit) and of the document's title.
// - Some fields hold another first value where the browser asks for Chinese.
// - What was typed, pasted and chosen comes back after a reload: kept in this browser tab alone.
// - A server that is silent, or was started anew, is said.
((about) => {
  const config = window.gradio_config;
  const chinese = (navigator.language || "").toLowerCase().startsWith("zh");
  const say = (key) => about.sentences[key][chinese ? 1 : 0];
  const KEPT = "kexue-lab:" + location.pathname;
  const byId = new Map(config.components.map((c) => [c.props.elem_id, c]));

  // Gradio translates labels and Markdown, but not what stands inside of HTML.
  if (chinese)
    for (const { type, props } of config.components)
      if (type === "html" && typeof props.value === "string")
        props.value = props.value.replace(
          / data-zh="([^"]*)"([^>]*)>[^<]*/g, (_, words, rest) => `${rest}>${words}`);

  // --- panels ---------------------------------------------------------------------------------

  const panels = Object.keys(about.panels);
  const panelOf = (address) => {
    const named = new URLSearchParams(address).get("panel");
    return panels.includes(named) ? named : panels[0];
  };
  const tabOf = (panel) => `${about.page}-${panel}`;
  const titleOf = (panel) => [...(panel ? [about.panels[panel]] : []), about.title]
    .map((names) => names[chinese ? 1 : 0]).join(" · ");
  const tabs = byId.get(about.page + "-tabs");
  if (tabs) tabs.props.selected = tabOf(panelOf(location.search));
  config.title = titleOf(panelOf(location.search));

  // Called whenever another panel is open, whoever opened it.
  const tabChanged = (bar) => {
    const tab = document.querySelector(`#${bar} [role=tab][aria-selected=true]`);
    const panel = panels.find((key) => tabOf(key) === tab?.dataset.tabId);
    if (!panel) return;
    document.title = titleOf(panel);
    if (panel === panelOf(location.search)) return;
    const address = new URL(location.href);
    address.searchParams.set("panel", panel);
    history.pushState(null, "", address);
  };
  if (tabs) addEventListener("popstate", () => document.getElementById("panel-open")?.click());

  // --- fields ---------------------------------------------------------------------------------

  const fits = {
    textbox: (props, value) => typeof value === "string",
    number: (props, value) => value === null || Number.isFinite(value),
    slider: (props, value) => value >= props.minimum && value <= props.maximum,
    checkbox: (props, value) => typeof value === "boolean",
    radio: (props, value) => offers(props, [value]),
    checkboxgroup: (props, value) => Array.isArray(value) && offers(props, value),
    dropdown: (props, value) => (value === null && !props.multiselect)
      || (Array.isArray(value) === Boolean(props.multiselect)
        && (props.allow_custom_value || offers(props, [value].flat()))),
    html: (props, value) => typeof value === "string" && Number.isFinite(parseFloat(value)),
    dataframe: (props, value) => Array.isArray(value?.data) && Array.isArray(value.headers),
  };
  const offers = (props, values) => values.every(
    (value) => (props.choices || []).some(([, offered]) => offered === value));
  // Of a table its cells: headings are put into the visitor's language.
  const cells = (value) => JSON.stringify(value?.data ?? value ?? null);
  const same = (one, other) => cells(one) === cells(other);

  if (chinese)
    for (const [id, value] of Object.entries(about.chinese)) byId.get(id).props.value = value;
  const first = new Map(about.fields.map((id) => [id, byId.get(id).props.value]));
  let saved = {}, touched = new Set(), storage = null;
  try {
    storage = window.sessionStorage;
    const kept = JSON.parse(storage.getItem(KEPT)) || {};
    if (kept.version === about.version)
      [saved, touched] = [kept.values || {}, new Set(kept.touched)];
  } catch {}
  // Fields that follow a result are filled with it: the server is handed what was kept of them.
  const follows = new Set(about.follows);
  const waiting = Object.fromEntries(
    about.follows.filter((id) => id in saved).map((id) => [id, saved[id]]));
  if (byId.has(about.kept)) byId.get(about.kept).props.value = { ...waiting };
  const restored = about.fields.filter((id) => {
    const field = byId.get(id);
    if (follows.has(id) || !(id in saved) || !fits[field.type]?.(field.props, saved[id])) return false;
    field.props.value = saved[id];
    return true;
  });

  // What a result wrote into a field of these counts for nothing: it is written anew.
  const written = (id) => follows.has(id) && ["number", "textbox"].includes(byId.get(id).type);

  let untouched = null; // what stood in the fields when the visitor began
  const keep = (read) => {
    if (!storage) return; // a browser that keeps nothing
    if (!untouched) return void (untouched = read);
    const values = {};
    about.fields.forEach((id, place) => {
      const value = read[place];
      if (value === undefined || (written(id) && !touched.has(id))) return;
      if (same(value, first.get(id))) {
        if (id in waiting) values[id] = waiting[id];
      } else if (id in saved || touched.has(id) || !same(value, untouched[place])) {
        values[id] = value;
        delete waiting[id];
      }
    });
    if (same(values, saved)) return;
    saved = values;
    try {
      const text = JSON.stringify({ version: about.version, values, touched: [...touched] });
      if (text.length > about.maxCharacters) throw new Error("too large");
      storage.setItem(KEPT, text);
      if (note.kind === "large") note.show("");
    } catch {
      storage.removeItem(KEPT);
      note.show("large");
    }
  };
  // The fields are read before a visitor does the first thing (the server has filled in some by
  // then), a moment after every other, and once more when the server may have answered.
  let timers = [], forgotten = false;
  const read = () => forgotten || document.getElementById("fields-read")?.click();
  const readFirst = (event) => event.isTrusted && (untouched || read());
  // Whoever only clicks into a number or walks over a field with the Tab key changes nothing.
  const changes = (type, id) =>
    ({ click: follows.has(id) && !written(id), keyup: follows.has(id) })[type] ?? true;
  const readSoon = (event) => {
    if (!event.isTrusted) return;
    const within = event.target.closest?.(about.fields.map((id) => "#" + id).join());
    if (within && changes(event.type, within.id)) touched.add(within.id);
    timers.forEach(clearTimeout);
    timers = [400, 2500].map((delay) => setTimeout(read, delay));
  };
  if (about.fields.length) {
    for (const name of ["input", "change", "click", "keyup", "paste", "drop"])
      addEventListener(name, readSoon, true);
    for (const name of ["pointerdown", "keydown", "focusin"])
      addEventListener(name, readFirst, true);
    addEventListener("pagehide", read);
  }

  // --- a line below the bar -------------------------------------------------------------------

  const note = {
    kind: "",
    show(kind) {
      const line = document.getElementById("page-note");
      if (!line) return void requestAnimationFrame(() => this.show(kind));
      this.kind = kind;
      line.textContent = kind ? say(kind) + " " : "";
      const action = { restored: forget, restarted: () => location.reload() }[kind];
      if (!action) return;
      const button = document.createElement("button");
      button.textContent = say(kind + ".do");
      button.onclick = action;
      line.append(button);
    },
  };
  const forget = () => {
    forgotten = true;
    storage?.removeItem(KEPT);
    location.reload();
  };
  if (restored.length || Object.keys(waiting).some((id) => touched.has(id))) note.show("restored");

  // --- the server -----------------------------------------------------------------------------

  const heard = (app) => {
    if (app && app !== about.server) return note.kind !== "restarted" && note.show("restarted");
    if (!app) return note.kind !== "restarted" && note.show("silent");
    if (note.kind === "silent") note.show("");
  };

  window.kexue = {
    tabChanged, heard,
    fieldsRead: keep,
    saved: (id) => saved[id],
    wantedTab: () => tabOf(panelOf(location.search)),
  };

  // Links to other pages keep the theme that the address names.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-page]");
    const theme = new URLSearchParams(location.search).get("__theme");
    if (link && theme) link.search = "?__theme=" + encodeURIComponent(theme);
  }, true);
})
