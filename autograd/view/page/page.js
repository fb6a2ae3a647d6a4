// The page inside a shadow root of every host: controls, sentence, and what is told of a node.

class Page extends Player {
  constructor(host) {
    super(host, "step", 1500, [
      ["Tab", "to the graph, then to the controls"],
      ["← →", "in the graph: to an input, to a consumer"],
      ["↑ ↓", "in the graph: to a neighbour"],
      ["Enter", "mark a node; Escape lets it go"],
    ]);
    this.way = 0;
    this.chosen = null;
    this.graphs = data.graphs.map((graph) => new Graph(graph, this));
    this.phases = html("div", { class: "phases", "aria-hidden": "true" },
      html("span", {}, "forward →"), html("span", {}, "← backward"));
    this.note = html("p", { class: "note" });
    this.about = html("section", { class: "about", hidden: true });
    this.ways = data.graphs[0].ways.map((way, i) =>
      html("button", { type: "button", "data-way": way.name, title: way.told,
        onclick: () => this.choose(i) }, way.name));
    this.paper(
      html("header", {}, html("h2", {}, data.title),
        this.ways.length > 1
          ? html("div", { class: "ways", role: "group", "aria-label": "Way back" }, ...this.ways)
          : null),
      this.note,
      html("div", { class: "graphs" }, ...this.graphs.map((graph) => graph.element)),
      this.footer(this.phases),
      this.about,
      this.legend());
    this.choose(0);
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

  keys() {
    return { ...super.keys(), Escape: () => this.letGo() };
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

started(Page);
