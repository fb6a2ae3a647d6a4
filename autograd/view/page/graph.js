// A graph that is drawn and stepped through. It computes no number: a step is a list of changes, and
// the picture of step k is what the first k steps leave behind.

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
    this.element = html("figure", {}, this.frame);
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
    const round = ROUND[box.kind];
    const group = svg("g", {
      class: `box ${box.kind}`, transform: `translate(${x - width / 2},${y - height / 2})`,
      role: "graphics-symbol", tabindex: -1, "data-name": box.full,
      onfocus: () => this.page.look(this, i), onclick: () => this.page.look(this, i),
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
    const start = Math.max(1, width * (1 - share)), end = width - 1, bottom = height - 1;
    const round = ROUND[box.kind] - 1, corner = start < round ? round : 0;
    group.querySelector(".fill").setAttribute("d", share
      ? `M${start},48.5H${end}V${bottom - round}Q${end},${bottom} ${end - round},${bottom}` +
        `H${start + corner}Q${start},${bottom} ${start},${bottom - corner}Z` : "");
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
    } else if (event.key === "Enter") this.page.look(this, this.at);
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
