// Paths of optimizers over contours of a loss, drawn as far as the step that is asked for.

const WIDTH = 640, HEIGHT = 420;
const DARK = { "#0072b2": "#56b4e9", "#333333": "#eceff3", "#d55e00": "#ff8a3d", "#009e73": "#2fc99a" };
const dark = matchMedia("(prefers-color-scheme: dark)");
const last = Math.max(...data.runs.map((run) => run.points.length)) - 1;
const [left, right, bottom, top_] = data.window;
const at = ([x, y]) =>
  [((x - left) / (right - left)) * WIDTH, ((top_ - y) / (top_ - bottom)) * HEIGHT];
const far = (n) => Math.max(-9999, Math.min(9999, n)).toFixed(1);
const line = (points) => points.map((p) => at(p).map(far).join(",")).join(" ");
const told = (n) => (n === null ? "—" : Number(n).toPrecision(4).replace("-", "−"));

class Trajectories extends Reel {
  constructor(host) {
    super(host, "step", Math.max(30, Math.min(400, 8000 / last)));
    host.querySelector("img").remove();
    this.runs = data.runs.map((run) => ({
      ...run,
      faint: svg("polyline", { class: "run faint", points: line(run.points) }),
      drawn: svg("polyline", { class: "run", "stroke-dasharray": run.dash }),
      mark: svg("path", { class: "end", d: run.mark_path }),
      key: svg("path", { d: "M0 5H40", class: "run", "stroke-dasharray": run.dash }),
      cells: [0, 1, 2].map(() => html("td", {})),
    }));
    this.paper(html("header", {}, html("h2", {}, data.title)), this.drawing(), this.numbers(),
      this.footer());
    dark.addEventListener("change", () => this.paint());
    this.paint();
    this.jump(last);
  }

  drawing() {
    const shapes = data.contours.map((points) =>
      svg("polyline", { class: "contour", points: line(points) }));
    if (data.minimum) {
      const [x, y] = at(data.minimum);
      shapes.push(svg("path", { class: "cross", d: `M${x - 6} ${y - 6}l12 12m0 -12l-12 12` }));
    }
    shapes.push(...this.runs.flatMap((run) => [run.faint, run.drawn, run.mark]));
    for (const run of this.runs) {
      const [x, y] = at(run.points[0]);
      shapes.push(svg("circle", { class: "start", cx: x, cy: y, r: 5 }));
    }
    return svg("svg", { class: "trajectories", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
      "aria-label": data.alt }, ...shapes);
  }

  numbers() {
    const head = ["optimizer", "loss", "w1", "w2"].map((name) => html("th", { scope: "col" }, name));
    return html("table", { class: "losses" }, html("tr", {}, ...head),
      ...this.runs.map((run) => html("tr", {}, html("td", {},
        svg("svg", { class: "key", viewBox: "0 0 40 10", "aria-hidden": "true" }, run.key), run.name),
      ...run.cells)));
  }

  paint() {
    for (const run of this.runs) {
      const colour = (dark.matches && DARK[run.color.toLowerCase()]) || run.color;
      for (const shape of [run.faint, run.drawn, run.key]) shape.setAttribute("stroke", colour);
      run.mark.setAttribute("fill", colour);
    }
  }

  count() {
    return last;
  }

  shown() {
    for (const run of this.runs) {
      const t = Math.min(this.k, run.points.length - 1), [x, y] = at(run.points[t]);
      run.drawn.setAttribute("points", line(run.points.slice(0, t + 1)));
      run.mark.setAttribute("transform", `translate(${far(x)} ${far(y)})`);
      [run.loss[t], ...run.points[t]].forEach((n, i) => { run.cells[i].textContent = told(n); });
    }
    const losses = this.runs.map((run) => run.cells[0].textContent);
    this.tell(`step ${this.k} of ${last}`, `After step ${this.k}, the loss of ` +
      `${this.runs.map((run, i) => `${run.name} is ${losses[i]}`).join(", that of ")}.`);
    this.host.dataset.loss = losses.join(" ");
  }
}

started(Trajectories);
