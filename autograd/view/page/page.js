// The page inside a shadow root of every host: controls, sentence, and what is told of a node.

class Page {
  constructor(host) {
    this.host = host;
    this.k = 0;
    this.way = 0;
    this.chosen = null;
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
    this.counter = html("span", { class: "step-counter" });
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
    const told = steps.map((each) => each ? each.told : "Leaves and constants are given.");
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
      "?": () => this.ask(), Escape: () => this.letGo(),
      Home: () => this.jump(0), End: () => this.jump(this.count()),
    };
    if (event.key === " " && !onControl) this.toggle();
    else if (event.key in actions) actions[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // The node that has the focus, or had it last, is marked and told about, until it is let go.
  look(graph, i) {
    graph.rove(i);
    this.chosen = [graph, i];
    this.mark();
    this.tell();
  }

  letGo() {
    this.chosen = null;
    this.mark();
    this.tell();
  }

  mark() {
    this.graphs.forEach((graph) =>
      graph.mark(this.chosen?.[0] === graph ? this.chosen[1] : null));
    this.host.dataset.chosen = this.chosen ? this.chosen[0].graph.boxes[this.chosen[1]].full : "";
  }

  tell() {
    this.about.hidden = this.chosen === null;
    if (this.about.hidden) return;
    const [graph, i] = this.chosen;
    const { boxes, edges, paths, top } = graph.graph;
    const name = boxes[i].full;
    this.about.setAttribute("aria-label", `About ${name}`);
    const parts = [html("h3", {}, name, html("small", {}, ` ${boxes[i].made}`)),
      html("button", { type: "button", class: "close", "aria-label": "Let go",
        onclick: () => this.letGo() }, "×")];
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
