function (mark, style, data) {
  "use strict";
  // Builds the page inside a shadow root of every host of the class `mark`. It computes no number:
  // a step is a list of changes, and the picture of step k is what the first k steps leave behind.

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const holder = document.createElement("template");
  holder.innerHTML = "<svg></svg>";
  const SPACE = holder.content.firstChild.namespaceURI;
  const PAUSE = 1500; // milliseconds that a step stays while the page plays
  const LARGEST = 1.25;
  const MARGIN = 9; // of the graph in its frame, so that rings around boxes are not cut off
  const SMALLEST = 0.7; // below this scale letters cannot be read: the graph scrolls instead
  const GLYPHS = { 1: "▲", "-1": "▼", 0: "" };
  const ICONS = {
    first: "M4,3v10M13,3l-7,5 7,5z", prev: "M11,3l-7,5 7,5z", next: "M5,3l7,5 -7,5z",
    last: "M12,3v10M3,3l7,5 -7,5z", play: "M4,2l10,6 -10,6z", pause: "M4,2h3v12h-3zM9,2h3v12h-3z",
  };
  const HELP = [
    ["Tab", "to the graph, then to the controls"],
    ["← →", "in the graph: to an input, to a consumer"],
    ["↑ ↓", "in the graph: to a neighbour"],
    ["Enter", "keep a node marked; Escape lets it go"],
    ["Space", "play or pause"],
    [", .", "one step back, one step on"],
    ["Home End", "first step, last step"],
    ["?", "this help"],
  ];

  function made(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
  }
  const html = (tag, attributes, ...children) =>
    made(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) =>
    made(document.createElementNS(SPACE, tag), attributes, children);
  const text = (x, y, cls, content, anchor) =>
    svg("text", { x, y, class: cls, "text-anchor": anchor || "start" }, content);

  // ---- what is known after the first k steps

  function replay(graph, way, k) {
    const now = {
      boxes: graph.boxes.map((box) => ({
        status: box.kind === "result" ? "unvisited" : "ready",
        gradient: "—", received: 0, expected: box.uses, sign: 0, level: 0, wrong: "",
      })),
      edges: graph.edges.map(() => null),
      current: null,
    };
    way.steps.slice(0, k).forEach((step, i) => {
      for (const [box, status, gradient, received, expected, sign, level, wrong] of step.boxes)
        now.boxes[box] = { status, gradient, received, expected, sign, level, wrong };
      for (const [edge, label, sign, level] of step.edges) now.edges[edge] = { label, sign, level };
      if (i === k - 1) now.current = step;
    });
    return now;
  }

  const statusInWords = (box, state) =>
    state.status === "unvisited" ? "not computed yet"
      : state.status === "ready" ? `value ${box.value}`
        : `value ${box.value}, gradient ${state.status} ` +
          `(${state.received} of ${state.expected}): ${state.gradient}` +
          (state.wrong ? `, which is wrong: it ought to be ${state.wrong}` : "");

  // ---- one graph: its boxes, its edges, and what is marked in it

  class Graph {
    constructor(graph, page) {
      this.graph = graph;
      this.page = page;
      this.at = graph.root; // the box that Tab goes to
      this.inputs = graph.boxes.map(() => []);
      this.consumers = graph.boxes.map(() => []);
      graph.edges.forEach(([source, target], i) => {
        this.inputs[target].push([source, i]);
        this.consumers[source].push([target, i]);
      });
      this.frame = html("div", { class: "frame" });
      this.element = html("figure", {},
        graph.caption ? html("figcaption", {}, graph.caption) : null, this.frame);
    }

    fit() {
      const room = (this.frame.clientWidth || 800) - 2 * MARGIN;
      const scale = (name) =>
        Math.min(name === "LR" ? LARGEST : 1, room / this.graph.layouts[name].size[0]);
      const direction = scale("LR") >= SMALLEST || scale("LR") >= scale("TB") ? "LR" : "TB";
      this.scale = Math.max(scale(direction), SMALLEST);
      if (direction !== this.direction) this.build(direction);
      const [width, height] = this.graph.layouts[direction].size;
      this.svg.setAttribute("width", width * this.scale);
      this.svg.setAttribute("height", height * this.scale);
    }

    build(direction) {
      this.direction = direction;
      const layout = this.graph.layouts[direction];
      const [width, height] = layout.size;
      this.edges = layout.edges.map(([curve, head, tail, x, y]) => {
        const label = svg("g", { class: "label" },
          svg("rect", {}), text(x, y + 4, "", "", "middle"));
        const points = curve.slice(1).split(/[ C]/);
        const tip = (arrow) => arrow.slice(1, arrow.indexOf("L"));
        return svg("g", { class: "edge" },
          svg("path", { d: curve, class: "curve" }), svg("path", { d: curve, class: "pulse" }),
          svg("path", { d: `M${points[0]}L${tip(tail)}`, class: "curve to-tail" }),
          svg("path", { d: `M${points.at(-1)}L${tip(head)}`, class: "curve to-head" }),
          svg("path", { d: head, class: "head" }), svg("path", { d: tail, class: "tail" }), label);
      });
      this.boxes = this.graph.boxes.map((box, i) => this.card(box, i, layout.boxes[i]));
      this.svg = svg("svg", {
        viewBox: `0 0 ${width} ${height}`, role: "graphics-document",
        "aria-label": `Graph of ${this.graph.top}: ${this.graph.boxes.length} boxes`,
        "aria-roledescription": "computation graph", onkeydown: (event) => this.key(event),
      }, ...this.edges, ...this.boxes);
      this.frame.replaceChildren(this.svg);
      this.edges.forEach((edge, i) => edge.classList.toggle(
        "given", this.graph.boxes[this.graph.edges[i][0]].kind === "constant"));
      this.rove(this.at);
    }

    card(box, i, [x, y]) {
      const [width, height] = box.size;
      const left = 9, right = width - 9;
      const round = box.kind === "result" ? 4 : 13;
      const group = svg("g", {
        class: `box ${box.kind}`, transform: `translate(${x - width / 2},${y - height / 2})`,
        role: "graphics-symbol", tabindex: -1, "data-name": box.full,
        onfocus: () => this.page.look(this, i), onclick: () => this.keep(i),
      },
      svg("title", {}, box.full), svg("desc", {}),
      svg("rect", { class: "ring", x: -4, y: -4, width: width + 8, height: height + 8,
        rx: round + 4 }),
      svg("rect", { class: "card", width, height, rx: round }));
      if (box.kind === "constant") {
        group.append(text(width / 2, height / 2 + 4.5, "number", box.name, "middle"));
        return group;
      }
      group.append(
        text(left, 17, "name", box.name), text(right, 17, "made", box.made, "end"),
        svg("path", { class: "rule", d: `M0,25H${width}` }),
        text(left, 40, "what", "value"), text(right, 40, "number", box.value, "end"));
      if (box.updated) group.append(text(left + 36, 40, "what", "updated since"));
      if (box.kind === "data") return group;
      group.append(
        svg("path", { class: "fill" }), svg("path", { class: "hatch" }),
        svg("path", { class: "rule", d: `M0,48H${width}` }),
        text(left, 63, "what of", `∂${this.graph.top}/∂${box.name}`),
        text(right, 63, "number gradient", "—", "end"));
      if (box.uses)
        group.append(svg("g", { class: box.uses > 1 ? "counter sum" : "counter" },
          svg("rect", { rx: 7, height: 15, y: 52 }), text(0, 63, "", "", "middle")));
      return group;
    }

    show(now) {
      this.now = now;
      const step = now.current;
      this.boxes.forEach((group, i) => {
        const box = this.graph.boxes[i], state = now.boxes[i];
        const current = step !== null && step.box === i;
        group.classList.remove("unvisited", "ready", "partial", "complete");
        group.classList.add(state.status);
        group.classList.toggle("current", current);
        group.classList.toggle("wrong", state.wrong !== "" || (current && step.early));
        group.classList.toggle("differs", Boolean(box.differs));
        const words = `${box.made}; ${statusInWords(box, state)}`;
        group.querySelector("desc").textContent = words;
        group.setAttribute("aria-label", `${box.full}: ${words}`);
        const gradient = group.querySelector(".gradient");
        if (!gradient) return;
        const known = state.status === "partial" || state.status === "complete";
        gradient.textContent = known
          ? `${GLYPHS[state.sign]}${state.gradient}` +
            (state.wrong ? ` ≠ ${state.wrong}` : "") : "—";
        group.dataset.sign = known ? state.sign : "";
        this.fill(group, box, state, known);
      });
      this.edges.forEach((edge, i) => {
        const [source, target] = this.graph.edges[i], flow = now.edges[i];
        const current = step !== null && (step.phase === "forward"
          ? step.box === target
          : step.edges.some(([each]) => each === i));
        edge.classList.toggle("waiting", now.boxes[target].status === "unvisited");
        edge.classList.toggle("current", current);
        edge.classList.toggle("flowing", flow !== null);
        edge.dataset.sign = flow ? flow.sign : "";
        edge.dataset.level = flow ? flow.level : "";
        this.label(edge, flow);
        edge.dataset.ends = `${this.graph.boxes[source].full} ${this.graph.boxes[target].full}`;
      });
      if (step !== null) this.reveal(step.box);
    }

    fill(group, box, state, known) {
      const [width, height] = box.size;
      const share = !known ? 0
        : state.expected ? Math.min(1, state.received / state.expected) : 1;
      const start = width * (1 - share);
      group.querySelector(".fill").setAttribute("d",
        share ? `M${start + 1},48.5H${width - 1}V${height - 1}H${start + 1}Z` : "");
      group.querySelector(".fill").dataset.level = state.level;
      let lines = "";
      if (state.wrong)
        for (let x = 4; x < width - 12; x += 7) lines += `M${x},${height - 2}l9,${50 - height}`;
      group.querySelector(".hatch").setAttribute("d", lines);
      const counter = group.querySelector(".counter text");
      if (!counter) return;
      counter.textContent = `${box.uses > 1 ? "Σ " : ""}${state.received}/${state.expected}`;
      const room = counter.getComputedTextLength() + 11;
      const x = 9 + group.querySelector(".of").getComputedTextLength() + 6;
      counter.setAttribute("x", x + room / 2);
      counter.previousSibling.setAttribute("x", x);
      counter.previousSibling.setAttribute("width", room);
    }

    label(edge, flow) {
      const words = edge.querySelector(".label text"), back = edge.querySelector(".label rect");
      if (!flow) {
        words.replaceChildren();
        back.removeAttribute("width");
        return;
      }
      const at = flow.label.lastIndexOf(" = ");
      const before = at < 0 ? "" : flow.label.slice(0, at + 3);
      const after = at < 0 ? flow.label : flow.label.slice(at + 3);
      words.replaceChildren(before, svg("tspan", {}, GLYPHS[flow.sign] + after));
      const width = words.getComputedTextLength() + 8;
      const x = Number(words.getAttribute("x")), y = Number(words.getAttribute("y"));
      for (const [name, value] of Object.entries(
        { x: x - width / 2, y: y - 12, width, height: 16, rx: 3 })) back.setAttribute(name, value);
    }

    reveal(i) {
      const [x, y] = this.graph.layouts[this.direction].boxes[i];
      const { clientWidth, clientHeight } = this.frame;
      this.frame.scrollTo({
        left: x * this.scale + MARGIN - clientWidth / 2,
        top: y * this.scale + MARGIN - clientHeight / 2,
        behavior: calm.matches ? "auto" : "smooth",
      });
    }

    // Everything that i was computed from, or that was computed from it.
    reach(i, neighbours) {
      const found = new Set([i]), lines = new Set(), waiting = [i];
      while (waiting.length)
        for (const [other, edge] of neighbours[waiting.pop()]) {
          lines.add(edge);
          if (!found.has(other)) {
            found.add(other);
            waiting.push(other);
          }
        }
      return [found, lines];
    }

    mark(i) {
      const [up, upLines] = i === null ? [null] : this.reach(i, this.inputs);
      const [down, downLines] = i === null ? [null] : this.reach(i, this.consumers);
      this.svg.classList.toggle("marked", i !== null);
      this.boxes.forEach((box, j) => {
        box.classList.toggle("lit", i !== null && (up.has(j) || down.has(j)));
        box.classList.toggle("chosen", i === j);
      });
      this.edges.forEach((edge, j) =>
        edge.classList.toggle("lit", i !== null && (upLines.has(j) || downLines.has(j))));
    }

    markPath(lines) {
      const on = new Set(lines);
      this.edges.forEach((edge, j) => edge.classList.toggle("lit", on.has(j)));
      const ends = new Set(lines.flatMap((line) => this.graph.edges[line].slice(0, 2)));
      this.boxes.forEach((box, j) => box.classList.toggle("lit", ends.has(j)));
    }

    rove(i) {
      this.boxes[this.at].setAttribute("tabindex", -1);
      this.at = i;
      this.boxes[i].setAttribute("tabindex", 0);
    }

    go(i) {
      this.rove(i);
      this.boxes[i].focus({ preventScroll: true });
      this.reveal(i);
    }

    keep(i) {
      this.go(i);
      this.page.keep(this, i);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const along = this.direction === "LR" ? 1 : 0;
      const places = this.graph.layouts[this.direction].boxes;
      const byPlace = (a, b) => places[a][along] - places[b][along];
      const moves = {
        ArrowLeft: () => this.inputs[this.at][0]?.[0],
        ArrowRight: () => this.consumers[this.at][0]?.[0],
        ArrowUp: () => this.beside(-1, byPlace),
        ArrowDown: () => this.beside(1, byPlace),
      };
      if (event.key in moves) {
        const next = moves[event.key]();
        if (next !== undefined) this.go(next);
      } else if (event.key === "Enter") this.page.keep(this, this.at);
      else if (event.key === "Escape") this.page.keep(null, null);
      else return; // the page knows the other keys
      event.preventDefault();
      event.stopPropagation();
    }

    // The neighbour among the operands of what i is used for, else among all in its row or column.
    beside(step, byPlace) {
      const consumer = this.consumers[this.at][0];
      const across = this.direction === "LR" ? 0 : 1;
      const places = this.graph.layouts[this.direction].boxes;
      let row = consumer ? [...new Set(this.inputs[consumer[0]].map(([source]) => source))] : [];
      if (row.length < 2)
        row = places.map((_, i) => i)
          .filter((i) => Math.abs(places[i][across] - places[this.at][across]) < 40);
      row.sort(byPlace);
      return row[row.indexOf(this.at) + step];
    }
  }

  // ---- the page: controls, sentence, and what is told of a marked node

  class Page {
    constructor(host) {
      this.host = host;
      this.k = 0;
      this.way = 0;
      this.kept = null;
      this.timer = null;
      this.graphs = data.graphs.map((graph) => new Graph(graph, this));
      const root = host.attachShadow({ mode: "open" });
      const button = (name, label, action) =>
        html("button", { type: "button", class: name, "aria-label": label, title: label,
          onclick: action }, this.icon(name));
      this.playButton = button("play", "Play", () => this.toggle());
      this.slider = html("input", { type: "range", min: 0, value: 0, "aria-label": "Step",
        oninput: () => this.jump(Number(this.slider.value)),
        onkeydown: (event) => event.key.startsWith("Arrow") && event.stopPropagation() });
      this.phases = html("div", { class: "phases", "aria-hidden": "true" },
        html("span", {}, "forward →"), html("span", {}, "← backward"));
      this.counter = html("output", { class: "step-counter" });
      this.sentence = html("p", { class: "sentence", role: "status", "aria-live": "polite",
        "aria-atomic": "true" });
      this.note = html("p", { class: "note" });
      this.about = html("section", { class: "about", hidden: true });
      this.help = html("dl", { class: "help", hidden: true },
        ...HELP.flatMap(([key, what]) => [html("dt", {}, key), html("dd", {}, what)]));
      this.helpButton = html("button", { type: "button", class: "ask", "aria-label": "Help",
        "aria-expanded": "false", onclick: () => this.ask() }, "?");
      this.ways = data.graphs[0].ways.map((way, i) =>
        html("button", { type: "button", "data-way": way.name, title: way.told,
          onclick: () => this.choose(i) }, way.name));
      const paper = html("article", { class: "paper", "aria-label": data.title,
        onkeydown: (event) => this.key(event) },
      html("header", {}, html("h2", {}, data.title),
        this.ways.length > 1
          ? html("div", { class: "ways", role: "group", "aria-label": "Way back" }, ...this.ways)
          : null),
      this.note,
      html("div", { class: "graphs" }, ...this.graphs.map((graph) => graph.element)),
      html("footer", {},
        html("div", { class: "controls", role: "group", "aria-label": "Steps" },
          button("first", "First step", () => this.jump(0)),
          button("prev", "Previous step", () => this.jump(this.k - 1)),
          this.playButton,
          button("next", "Next step", () => this.jump(this.k + 1)),
          button("last", "Last step", () => this.jump(this.count())),
          html("div", { class: "track" }, this.slider, this.phases), this.counter,
          this.helpButton),
        this.help, this.sentence),
      this.about,
      this.legend(),
      html("div", { class: "tables" }, ...host.querySelectorAll("details")));
      root.append(html("style", {}, style), paper);
      this.choose(0);
      new ResizeObserver(() => this.fit()).observe(paper);
    }

    icon(name) {
      return svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
        svg("path", { d: ICONS[name] }));
    }

    legend() {
      const widths = [0, 1, 2, 3, 4].map((level) =>
        svg("path", { class: "curve", "data-level": level,
          d: `M${level * 34 + 4},9h26` }));
      const numbers = ["0.01", "0.1", "1", "10", "100"].map((number, level) =>
        text(level * 34 + 17, 24, "", number, "middle"));
      return html("div", { class: "legend" },
        html("span", { class: "positive" }, "▲ positive"),
        html("span", { class: "negative" }, "▼ negative"),
        svg("svg", { viewBox: "0 0 174 28", width: 174, height: 28, role: "img",
          "aria-label": "The wider an edge, the larger its contribution, by powers of ten" },
        ...widths, ...numbers),
        html("span", {}, html("i", { class: "unvisited" }), "not computed"),
        html("span", {}, html("i", { class: "ready" }), "value ready"),
        html("span", {}, html("i", { class: "partial" }), "gradient partial"),
        html("span", {}, html("i", { class: "complete" }), "complete"));
    }

    count() {
      return Math.max(...this.graphs.map((graph) => graph.graph.ways[this.way].steps.length));
    }

    choose(way) {
      const right = this.way;
      this.way = way;
      this.ways.forEach((button, i) => button.setAttribute("aria-pressed", i === way));
      const chosen = data.graphs[0].ways[way];
      this.note.textContent = chosen.wrong ? `${chosen.name}: ${chosen.told}`
        : data.graphs[0].silent || "";
      this.note.hidden = !this.note.textContent;
      this.note.classList.toggle("wrong", chosen.wrong);
      this.slider.max = this.count();
      if (right !== way) this.stop();
      this.jump(this.k);
    }

    jump(k) {
      this.k = Math.max(0, Math.min(k, this.count()));
      this.fit();
      this.shown();
    }

    fit() {
      const before = this.graphs.map((graph) => graph.direction).join();
      this.graphs.forEach((graph) => graph.fit());
      if (this.graphs.some((graph) => graph.now) &&
          before !== this.graphs.map((graph) => graph.direction).join()) this.shown();
    }

    shown() {
      const steps = this.graphs.map((graph) => {
        const way = graph.graph.ways[this.way];
        graph.show(replay(graph.graph, way, Math.min(this.k, way.steps.length)));
        return graph.now.current;
      });
      const [step] = steps;
      const told = this.graphs.map((graph, i) =>
        (graph.graph.caption ? `${graph.graph.caption}: ` : "") +
        (steps[i] ? steps[i].told : "Leaves and constants are given."));
      this.sentence.replaceChildren(...told.join("\n").split("\n").flatMap((line, i) =>
        [i ? "\n" : "", html("span", { class: line.includes(" = ") ? "equation" : "" }, line)]));
      const phase = step ? step.phase : "start";
      this.counter.textContent = `step ${this.k} of ${this.count()}`;
      this.slider.value = this.k;
      this.slider.setAttribute("aria-valuetext", `${this.counter.textContent}, ${phase}`);
      const forward = this.graphs[0].graph.ways[this.way].steps
        .filter((each) => each.phase === "forward").length;
      this.phases.style.setProperty("--turn", `${(100 * forward) / Math.max(1, this.count())}%`);
      Object.assign(this.host.dataset, {
        step: this.k, steps: this.count(), phase, way: data.graphs[0].ways[this.way].name,
        told: this.sentence.textContent, playing: this.timer !== null,
        direction: this.graphs[0].direction,
        state: JSON.stringify(this.graphs.map((graph) => graph.now.boxes.map((state, i) =>
          [graph.graph.boxes[i].full, state.status, state.gradient, state.received,
            state.expected, state.wrong]))),
      });
      this.mark();
    }

    toggle() {
      if (this.timer !== null) return this.stop();
      if (this.k === this.count()) this.jump(0);
      this.timer = setInterval(() => {
        if (!this.host.isConnected || this.k === this.count()) return this.stop();
        this.jump(this.k + 1);
        if (this.k === this.count()) this.stop();
      }, PAUSE);
      return this.label("pause", "Pause");
    }

    stop() {
      clearInterval(this.timer);
      this.timer = null;
      this.label("play", "Play");
    }

    label(icon, name) {
      this.playButton.replaceChildren(this.icon(icon));
      this.playButton.setAttribute("aria-label", name);
      this.playButton.title = name;
      this.host.dataset.playing = this.timer !== null;
    }

    ask() {
      this.help.hidden = !this.help.hidden;
      this.helpButton.setAttribute("aria-expanded", !this.help.hidden);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const onControl = event.target.closest("button, input, summary, a") !== null;
      const actions = {
        ",": () => this.jump(this.k - 1), ".": () => this.jump(this.k + 1),
        "?": () => this.ask(), Escape: () => this.keep(null, null),
        Home: () => this.jump(0), End: () => this.jump(this.count()),
      };
      if (event.key === " " && !onControl) this.toggle();
      else if (event.key in actions) actions[event.key]();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    // A node is looked at while it has the focus; Enter or a click keeps it marked.
    look(graph, i) {
      graph.rove(i);
      if (this.kept) this.kept = [graph, i];
      this.looked = [graph, i];
      this.mark();
      this.tell();
    }

    keep(graph, i) {
      const same = this.kept && graph && this.kept[0] === graph && this.kept[1] === i;
      this.kept = graph === null || same ? null : [graph, i];
      this.looked = this.kept;
      this.mark();
      this.tell();
    }

    mark() {
      const chosen = this.looked || this.kept;
      this.graphs.forEach((graph) =>
        graph.mark(chosen && chosen[0] === graph ? chosen[1] : null));
      this.host.dataset.chosen = chosen ? chosen[0].graph.boxes[chosen[1]].full : "";
    }

    tell() {
      const chosen = this.looked || this.kept;
      this.about.hidden = chosen === null || chosen === undefined;
      if (this.about.hidden) return;
      const [graph, i] = chosen;
      const { boxes, edges, paths, top } = graph.graph;
      const name = boxes[i].full;
      this.about.setAttribute("aria-label", `About ${name}`);
      const parts = [html("h3", {}, name, html("small", {}, ` ${boxes[i].made}`)),
        html("button", { type: "button", class: "close", "aria-label": "Let go",
          onclick: () => this.keep(null, null) }, "×")];
      const locals = graph.inputs[i].filter(([, edge]) => edges[edge][2])
        .map(([source, edge]) => `∂${name}/∂${boxes[source].full} = ${edges[edge][2]}`);
      if (locals.length)
        parts.push(html("p", {}, "Local derivatives, which only this operation and its operands ",
          "decide: ", html("span", { class: "equation" }, locals.join(",  "))));
      if (i in paths) {
        const [count, rows, total] = paths[i];
        const lead = `${count.toLocaleString("en")} ${count === 1 ? "path leads" : "paths lead"} ` +
          `from ${name} to ${top}. `;
        parts.push(html("p", {}, lead, rows.length
          ? "The product of the local derivatives along each, summed up, is the gradient:"
          : "Adding up at every node on the way gives their sum without walking each."));
        if (rows.length)
          parts.push(html("ul", { class: "paths" }, ...rows.map(([lines, product]) =>
            html("li", {}, html("button", { type: "button",
              onmouseenter: () => graph.markPath(lines), onmouseleave: () => graph.mark(i),
              onfocus: () => graph.markPath(lines), onblur: () => graph.mark(i) },
            html("span", {}, [i, ...lines.map((line) => edges[line][1])]
              .map((box) => boxes[box].full).join(" → ")),
            html("span", { class: "equation" },
              `${lines.map((line) => factor(edges[line][2])).join("×")} = ${product}`)))),
          html("li", { class: "total" }, html("span", {}, `∂${top}/∂${name}`),
            html("span", { class: "equation" }, `= ${total}`))));
      }
      this.about.replaceChildren(...parts);
    }
  }

  const factor = (number) => (number.startsWith("−") ? `(${number})` : number);

  for (const host of document.querySelectorAll(`.${mark}`)) if (!host.shadowRoot) new Page(host);
}
