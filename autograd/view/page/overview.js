// A graph that is too large to step through: its picture, in which modules open and close. All
// pictures come as they are; only the knobs to open and to close modules are added here.

class Overview {
  constructor(host) {
    this.host = host;
    this.states = new Map(data.states.map((state) => [state.path, state]));
    this.trail = html("nav", { class: "trail", "aria-label": "Open modules" });
    this.drawing = html("div", { class: "drawing" });
    this.told = html("p", { class: "note", role: "status", "aria-live": "polite" });
    const paper = html("article", { class: "paper", "aria-label": data.title,
      onkeydown: (event) => event.key === "Escape" && this.back() },
    html("header", {}, html("h2", {}, data.title), this.trail),
    html("p", {}, data.notice), this.drawing, this.told);
    host.attachShadow({ mode: "open" }).append(html("style", {}, style), paper);
    this.show("");
  }

  // The state in which the module at path is open; "" has all of them closed.
  show(path) {
    const { trail, opens, told, svg: picture } = this.states.get(path);
    this.path = path;
    this.drawing.innerHTML = picture;
    const drawn = this.drawing.firstChild, { width } = drawn.viewBox.baseVal;
    drawn.removeAttribute("width");
    drawn.removeAttribute("height");
    drawn.style.width = `clamp(${0.9 * width}px, 100%, ${width * LARGEST}px)`;
    for (const title of this.drawing.querySelectorAll("title")) {
      const group = title.parentNode, key = title.textContent;
      const inside = key.replace("cluster_", "");
      title.remove();
      if (key in opens)
        this.knob(group, `${opens[key]}: open`, false, () => this.open(opens[key]));
      else if (key !== inside && trail.slice(1).includes(inside))
        this.knob(group, `${inside}: close`, true, () => this.close(inside));
    }
    this.trail.replaceChildren(...trail.map((each, i) => html("button", { type: "button",
      "aria-current": each === path && "true",
      onclick: () => this.close(trail[i + 1]) }, each || "overview")));
    this.told.textContent = told;
    this.host.dataset.open = path;
  }

  // A group of the picture becomes a button: a box with + in its right corner opens, a frame with −
  // in its left one closes.
  knob(group, name, open, act) {
    const { x, y, width } = group.getBBox();
    const at = open ? x + 2 : x + width + 1;
    group.setAttribute("class", `${group.getAttribute("class")} knob`);
    made(group, { role: "button", tabindex: 0, "aria-label": name, "aria-expanded": `${open}`,
      onclick: act,
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        act();
      } },
    [svg("circle", { cx: at, cy: y + 1, r: 8 }),
      svg("path", { d: `M${at - 4},${y + 1}h8${open ? "" : "m-4,-4v8"}` })]);
  }

  open(path) {
    this.show(path);
    this.focus(`${path}: close`);
  }

  close(path) {
    if (path === undefined) return;
    const { trail } = this.states.get(path);
    this.show(trail.at(-2));
    this.focus(`${path}: open`);
  }

  back() {
    if (this.path) this.close(this.path);
  }

  focus(name) {
    const knob = [...this.drawing.querySelectorAll(".knob")]
      .find((each) => each.getAttribute("aria-label") === name);
    if (!knob) return;
    knob.focus({ preventScroll: true });
    knob.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

started(Overview);
