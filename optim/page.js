// The trajectories page: builds a picture that moves inside each host, from data alone.
(selector, data) => {
  const WIDTH = 640, HEIGHT = 420;
  const SVG = "http:" + "//www.w3.org/2000/svg";  // in two parts: a page without a single address in it
  const STYLE = `
    :host { display: block; max-width: 760px; font: 15px/1.4 system-ui, sans-serif; color-scheme: light dark;
            --ink: #1d2530; --soft: #56616e; --paper: #fff; --line: #b9c3cd; --button: #eef2f6; color: var(--ink); }
    @media (prefers-color-scheme: dark) {
      :host { --ink: #eceff3; --soft: #aab4c0; --paper: #14181d; --line: #414b57; --button: #262d36; } }
    .frame { background: var(--paper); padding: 10px; border-radius: 6px; }
    .title { font-weight: 600; margin-bottom: 6px; }
    svg { width: 100%; height: auto; display: block; }
    .contour { fill: none; stroke: var(--line); stroke-width: 1; }
    .run { fill: none; stroke-width: 2.4; stroke-linejoin: round; }
    .faint { opacity: .25; }
    .cross { stroke: var(--ink); stroke-width: 2.5; }
    .start { fill: var(--paper); stroke: var(--ink); stroke-width: 2; }
    .end { stroke: var(--paper); stroke-width: 1.5; }
    .controls { display: flex; gap: 6px; align-items: center; margin: 8px 0; }
    button { font: inherit; min-width: 44px; padding: 4px 10px; color: var(--ink); background: var(--button);
             border: 1px solid var(--soft); border-radius: 5px; cursor: pointer; }
    input { flex: 1; min-width: 80px; accent-color: #0072b2; }
    :focus-visible { outline: 3px solid #e69f00; outline-offset: 2px; }
    table { border-collapse: collapse; margin: 4px 0; font-variant-numeric: tabular-nums; }
    td, th { padding: 2px 12px 2px 0; text-align: right; } th { color: var(--soft); font-weight: normal; }
    td:first-child, th:first-child { text-align: left; }
    .key { width: 40px; height: 10px; display: inline-block; vertical-align: middle; margin-right: 8px; }
    .help { color: var(--soft); margin: 4px 0; font-size: 13px; }`;
  const DARK = { "#0072b2": "#56b4e9", "#333333": "#eceff3", "#d55e00": "#ff8a3d", "#009e73": "#2fc99a" };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const last = Math.max(...data.runs.map((run) => run.points.length)) - 1;
  const [left, right, bottom, top] = data.window;
  const at = ([x, y]) => [(x - left) / (right - left) * WIDTH, (top - y) / (top - bottom) * HEIGHT];
  const far = (n) => Math.max(-9999, Math.min(9999, n)).toFixed(1);
  const line = (points) => points.map((p) => at(p).map(far).join(",")).join(" ");
  const told = (n) => n === null ? "—" : Number(n).toPrecision(4);

  function make(parent, tag, attributes = {}, text = "") {
    const inside = parent instanceof SVGElement || tag === "svg";
    const element = inside ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    parent.append(element);
    return element;
  }

  function build(host) {
    if (host.shadowRoot) return;
    const root = host.attachShadow({ mode: "open" });
    make(root, "style", {}, STYLE);
    const frame = make(root, "div", { class: "frame", role: "group", "aria-label": data.title });
    make(frame, "div", { class: "title" }, data.title);
    const svg = make(frame, "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": data.alt });
    for (const points of data.contours) make(svg, "polyline", { class: "contour", points: line(points) });
    if (data.minimum) {
      const [x, y] = at(data.minimum);
      make(svg, "path", { class: "cross", d: `M${x - 6} ${y - 6}l12 12m0 -12l-12 12` });
    }
    const runs = data.runs.map((run) => ({
      ...run,
      faint: make(svg, "polyline", { class: "run faint", points: line(run.points) }),
      drawn: make(svg, "polyline", { class: "run", "stroke-dasharray": run.dash }),
      mark: make(svg, "path", { class: "end" }),
    }));
    for (const run of data.runs) {
      const [x, y] = at(run.points[0]);
      make(svg, "circle", { class: "start", cx: x, cy: y, r: 5 });
    }

    const controls = make(frame, "div", { class: "controls" });
    const button = (text, label, act) => {
      const element = make(controls, "button", { type: "button", "aria-label": label }, text);
      element.addEventListener("click", act);
      return element;
    };
    button("|<", "first step", () => go(0));
    button("<", "previous step", () => go(step - 1));
    const play = button("Play", "play or pause", () => (timer ? pause() : start()));
    button(">", "next step", () => go(step + 1));
    button(">|", "last step", () => go(last));
    const slider = make(controls, "input", { type: "range", min: 0, max: last, "aria-label": "step" });
    slider.addEventListener("input", () => go(Number(slider.value)));
    const status = make(frame, "div", { role: "status", "aria-live": "polite" });
    const table = make(frame, "table");
    const head = make(table, "tr");
    for (const title of ["optimizer", "loss", "w1", "w2"]) make(head, "th", { scope: "col" }, title);
    for (const run of runs) {
      const row = make(table, "tr"), name = make(row, "td");
      const key = make(name, "svg", { class: "key", viewBox: "0 0 40 10", "aria-hidden": "true" });
      run.key = make(key, "path", { d: "M0 5H40", class: "run", "stroke-dasharray": run.dash });
      make(name, "span", {}, run.name);
      run.cells = [0, 1, 2].map(() => make(row, "td"));
    }
    make(frame, "p", { class: "help" }, "Keys: arrows move one step, Home and End jump, space plays and pauses.");
    make(frame, "slot", { name: "numbers" });

    let step = 0, timer = null;
    function paint() {
      for (const run of runs) {
        const color = dark.matches ? DARK[run.color.toLowerCase()] || run.color : run.color;
        for (const shape of [run.faint, run.drawn, run.key]) shape.setAttribute("stroke", color);
        run.mark.setAttribute("fill", color);
      }
    }
    function go(to) {
      step = Math.max(0, Math.min(last, to));
      if (step === last) pause();
      for (const run of runs) {
        const t = Math.min(step, run.points.length - 1), [x, y] = at(run.points[t]);
        run.drawn.setAttribute("points", line(run.points.slice(0, t + 1)));
        run.mark.setAttribute("d", run.mark_path);
        run.mark.setAttribute("transform", `translate(${far(x)} ${far(y)})`);
        [run.loss[t], ...run.points[t]].forEach((n, i) => { run.cells[i].textContent = told(n); });
      }
      slider.value = step;
      slider.setAttribute("aria-valuetext", `step ${step} of ${last}`);
      host.dataset.step = step;
      host.dataset.loss = runs.map((run) => run.cells[0].textContent).join(" ");
      status.textContent = timer ? "" : `step ${step} of ${last}`;
    }
    function start() {
      const each = still.matches ? 1000 : Math.max(30, Math.min(400, 8000 / last));
      if (step === last) step = 0;
      play.textContent = "Pause";
      timer = setInterval(() => go(step + 1), each);
      host.dataset.playing = "yes";
    }
    function pause() {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
      host.dataset.playing = "no";
      status.textContent = `step ${step} of ${last}`;
    }
    frame.addEventListener("keydown", (event) => {
      const keys = {
        ArrowRight: () => go(step + 1), ArrowLeft: () => go(step - 1), Home: () => go(0), End: () => go(last),
        " ": () => (timer ? pause() : start()),
      };
      if (!keys[event.key] || (event.key === " " && root.activeElement?.tagName === "BUTTON")) return;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
    });
    dark.addEventListener("change", paint);
    paint();
    pause();
    go(last);
  }

  document.querySelectorAll(selector).forEach(build);
}
