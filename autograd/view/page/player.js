// What all pages share that are stepped through: controls, keys, and a sentence that is read aloud.
// A page says how many steps it has, `count()`, and shows step k in `shown()`.

class Player {
  // what: what a step is called. pause: milliseconds that one stays while the page plays.
  constructor(host, what, pause, help) {
    Object.assign(this, { host, what, pause, k: 0, timer: null });
    const name = what[0].toUpperCase() + what.slice(1);
    const button = (icon, label, action) =>
      html("button", { type: "button", class: icon, "aria-label": label, title: label,
        onclick: action }, this.icon(icon));
    this.playButton = button("play", "Play", () => this.toggle());
    this.slider = html("input", { type: "range", min: 0, value: 0, "aria-label": name,
      oninput: () => this.jump(Number(this.slider.value)),
      onkeydown: (event) => event.key.startsWith("Arrow") && event.stopPropagation() });
    this.track = html("div", { class: "track" }, this.slider);
    this.counter = html("span", { class: "step-counter" });
    this.sentence = html("p", { class: "sentence", role: "status", "aria-live": "polite",
      "aria-atomic": "true" });
    const keys = [...help, ["Space", "play or pause"], [", .", `one ${what} back, one ${what} on`],
      ["Home End", `first ${what}, last ${what}`], ["?", "this help"]];
    this.help = html("dl", { class: "help", hidden: true },
      ...keys.flatMap(([key, does]) => [html("dt", {}, key), html("dd", {}, does)]));
    this.helpButton = html("button", { type: "button", class: "ask", "aria-label": "Help",
      "aria-expanded": "false", onclick: () => this.ask() }, "?");
    this.controls = html("div", { class: "controls", role: "group", "aria-label": `${name}s` },
      button("first", `First ${what}`, () => this.jump(0)),
      button("prev", `Previous ${what}`, () => this.jump(this.k - 1)),
      this.playButton,
      button("next", `Next ${what}`, () => this.jump(this.k + 1)),
      button("last", `Last ${what}`, () => this.jump(this.count())),
      this.track, this.counter, this.helpButton);
  }

  icon(name) {
    return svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
      svg("path", { d: ICONS[name] }));
  }

  // What the page consists of, in a root of its own; the host's tables stand below it.
  paper(...parts) {
    const paper = html("article", { class: "paper", "aria-label": data.title,
      onkeydown: (event) => this.key(event) },
    ...parts, html("div", { class: "tables" }, ...this.host.querySelectorAll("details")));
    this.host.attachShadow({ mode: "open" }).append(html("style", {}, style), paper);
    new ResizeObserver(() => this.fit()).observe(paper);
  }

  footer(...below) {
    this.track.append(...below);
    return html("footer", {}, this.controls, this.help, this.sentence);
  }

  fit() {}

  jump(k) {
    this.k = Math.max(0, Math.min(k, this.count()));
    this.fit();
    this.shown();
  }

  toggle() {
    if (this.timer !== null) return this.stop();
    if (this.k === this.count()) this.jump(0);
    this.timer = setInterval(() => {
      if (!this.host.isConnected || this.k === this.count()) return this.stop();
      this.jump(this.k + 1);
      if (this.k === this.count()) this.stop();
    }, this.pause);
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

  keys() {
    return {
      ",": () => this.jump(this.k - 1), ".": () => this.jump(this.k + 1),
      "?": () => this.ask(), Home: () => this.jump(0), End: () => this.jump(this.count()),
    };
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onControl = event.target.closest("button, input, summary, a") !== null;
    const actions = this.keys();
    if (event.key === " " && !onControl) this.toggle();
    else if (event.key in actions) actions[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

// A page of many steps, which pass quickly, though not where motion is not wanted. Arrows move, and
// nothing is read aloud while it plays.

class Reel extends Player {
  constructor(host, what, pause) {
    super(host, what, calm.matches ? Math.max(pause, 1000) : pause, [
      ["Tab", "to the controls"], ["← →", `one ${what} back, one ${what} on`],
    ]);
    this.slider.max = this.count();
  }

  tell(place, sentence) {
    this.counter.textContent = place;
    this.sentence.setAttribute("aria-live", this.timer === null ? "polite" : "off");
    this.sentence.textContent = sentence;
    this.slider.value = this.k;
    this.slider.setAttribute("aria-valuetext", place);
    this.host.dataset.step = this.k;
  }

  stop() {
    super.stop();
    this.sentence.setAttribute("aria-live", "polite");
  }

  keys() {
    return {
      ...super.keys(),
      ArrowLeft: () => this.jump(this.k - 1), ArrowRight: () => this.jump(this.k + 1),
    };
  }
}
