// A training run: its pictures stand on the page, and what moves in them is moved from frame to
// frame. All places are given but those of the plane, which comes as one sign for each of its points.

// ---- the plane: the counterpart of `plane.py`, sign by sign and path by path

function read(text) {
  const { side, signs, levels } = data.plane;
  const codes = [...text].map((sign) => signs.indexOf(sign));
  const rows = (of) => Array.from({ length: side }, (_, i) =>
    codes.slice(i * side, (i + 1) * side).map(of));
  return [rows((code) => Math.floor(code / levels)), rows((code) => code % levels)];
}

function regions(winner, level, count) {
  const { side, levels, tones } = data.plane;
  const paths = Array(count).fill("");
  winner.forEach((line, row) => {
    const tone = line.map((k, i) => k * tones + Math.floor((level[row][i] * tones) / levels));
    for (let start = 0, end = 1; end <= side; end++)
      if (end === side || tone[end] !== tone[start]) {
        paths[tone[start]] += `M${start} ${side - 1 - row}h${end - start}v1h${start - end}z`;
        start = end;
      }
  });
  return paths;
}

function border(winner, level) {
  const { side, fine } = data.plane;
  const round = (x) => Math.floor(x * fine + 0.5) / fine;
  const place = ([x, y]) => `${round(x + 0.5)} ${round(side - 0.5 - y)}`;
  const lead = (r, c) => (level[r][c] + 0.5) ** 2;
  const crossings = (i, j) => [[i, j, i, j + 1], [i, j, i + 1, j], [i, j + 1, i + 1, j + 1],
    [i + 1, j, i + 1, j + 1]].filter(([r, c, s, d]) => winner[r][c] !== winner[s][d])
    .map(([r, c, s, d]) => {
      const t = lead(r, c) / (lead(r, c) + lead(s, d));
      return [c + t * (d - c), r + t * (s - r)];
    });
  let path = "";
  for (let i = 0; i < side - 1; i++)
    for (let j = 0; j < side - 1; j++) {
      const places = crossings(i, j);
      const mean = (axis) => places.reduce((sum, at) => sum + at[axis], 0) / places.length;
      if (places.length === 2) path += `M${place(places[0])}L${place(places[1])}`;
      else for (const at of places) path += `M${place(at)}L${place([mean(0), mean(1)])}`;
    }
  return path;
}

// ---- the page

class Frames extends Reel {
  constructor(host) {
    super(host, "frame", data.pause);
    this.pictures = [...host.querySelectorAll("img")].map((image) => this.picture(image));
    const all = (selector) => this.pictures.flatMap((each) => [...each.querySelectorAll(selector)]);
    [this.marker] = all(".marker");
    this.bars = all(".bar");
    this.numbers = all(".number");
    this.regions = all(".region");
    [this.border] = all(".border");
    this.paper(
      html("header", {}, html("h2", {}, data.title)),
      html("div", { class: "pictures" }, ...this.pictures),
      this.footer());
    this.scrubbed(this.pictures[0]);
    this.jump(this.count());
  }

  // The same picture as an element, so that its parts can be moved.
  picture(image) {
    const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (sign) => sign.charCodeAt(0));
    const box = html("figure", {});
    box.innerHTML = new TextDecoder().decode(bytes);
    return box;
  }

  // Pointing at the loss curve goes to the frame that is nearest.
  scrubbed(figure) {
    const drawing = figure.firstChild;
    figure.classList.add("scrub");
    const go = (event) => {
      if (!(event.buttons & 1)) return;
      const { left, width } = drawing.getBoundingClientRect();
      const at = ((event.clientX - left) / width) * drawing.viewBox.baseVal.width;
      const far = data.frames.map(([, x]) => Math.abs(x - at));
      this.stop();
      this.jump(far.indexOf(Math.min(...far)));
    };
    figure.addEventListener("pointerdown", (event) => {
      figure.setPointerCapture(event.pointerId);
      go(event);
    });
    figure.addEventListener("pointermove", go);
  }

  count() {
    return data.frames.length - 1;
  }

  shown() {
    const [step, x, y, told, bars] = data.frames[this.k];
    this.marker.setAttribute("transform", `translate(${x} 0)`);
    const [dot] = this.marker.querySelectorAll("circle");
    dot.setAttribute("cy", y ?? 0);
    dot.toggleAttribute("hidden", y === null);
    bars.forEach(([length, number], i) => {
      this.bars[i].setAttribute("width", length);
      this.numbers[i].textContent = number;
    });
    if (data.plane) {
      const [winner, level] = read(data.plane.frames[this.k]);
      regions(winner, level, this.regions.length).forEach((path, i) =>
        this.regions[i].setAttribute("d", path));
      this.border.setAttribute("d", border(winner, level));
    }
    this.tell(`frame ${this.k + 1} of ${data.frames.length}`, told);
    this.slider.setAttribute("aria-valuetext", `${this.counter.textContent}, update ${step}`);
  }
}

started(Frames);
