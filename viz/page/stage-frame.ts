// What stands around a view in plain HTML: scale bar, cursor place, ruler length, caption, selection box.
import { roundLength } from "../axis.js";
import { h } from "./dom.js";
import { length } from "./format.js";
import type { PlacementView } from "./placement-view.js";

/** Longest scale bar, px. */
const LONGEST_BAR = 140;

export class StageFrame {
  readonly caption = h("p", { class: "caption" });
  private readonly bar = h("span", { class: "bar" });
  private readonly barText = h("span", {});
  private readonly cursor = h("p", { class: "cursor" });
  private readonly ruler = h("p", { class: "ruler", hidden: true });
  private readonly box = h("div", { class: "box", hidden: true });

  constructor(host: HTMLElement) {
    const scale = h("p", { class: "scale", title: "Scale" }, this.bar, this.barText);
    host.append(this.caption, scale, this.cursor, this.ruler, this.box);
  }

  update(view: PlacementView): void {
    const { camera } = view;
    const um = roundLength(LONGEST_BAR / camera.scale);
    this.bar.style.width = `${um * camera.scale}px`;
    this.barText.textContent = `${Number(um.toPrecision(6))} µm`;
    const { ruler } = view.overlay;
    this.ruler.hidden = ruler === undefined;
    if (!ruler) return;
    const [dx, dy] = [ruler.x2 - ruler.x1, ruler.y2 - ruler.y1];
    this.ruler.textContent = `${length(Math.hypot(dx, dy))} µm (${length(Math.abs(dx))} × ${length(Math.abs(dy))})`;
    const x = camera.toScreenX((ruler.x1 + ruler.x2) / 2);
    const y = camera.toScreenY((ruler.y1 + ruler.y2) / 2);
    this.ruler.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, 8px)`;
  }

  showCursor(x: number | undefined, y: number | undefined): void {
    this.cursor.textContent = x === undefined || y === undefined ? "" : `${length(x)}, ${length(y)} µm`;
  }

  showBox(box: { x: number; y: number; width: number; height: number } | undefined): void {
    this.box.hidden = box === undefined;
    if (!box) return;
    this.box.style.transform = `translate(${box.x}px, ${box.y}px)`;
    this.box.style.width = `${box.width}px`;
    this.box.style.height = `${box.height}px`;
  }
}
