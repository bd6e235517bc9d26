// Properties of the selection, with its neighbours and nets, which can be selected in turn.
import { NodeKind, ORIENTATION_NAMES } from "../../netlist/index.js";
import { boxOf, placedSize } from "../geometry.js";
import { fill, h } from "./dom.js";
import { count, length, short } from "./format.js";
import type { SceneState } from "./scene-state.js";

const KIND_NAMES: Readonly<Record<number, string>> = {
  [NodeKind.HardMacro]: "hard macro",
  [NodeKind.SoftMacro]: "soft macro",
  [NodeKind.StandardCell]: "standard cell",
  [NodeKind.Port]: "port",
};
const MOST_LISTED = 12;

export interface InspectorActions {
  readonly zoomTo: () => void;
}

export class Inspector {
  readonly element = h("section", { id: "inspector" });
  private readonly scene: SceneState;
  private readonly actions: InspectorActions;

  constructor(scene: SceneState, actions: InspectorActions) {
    this.scene = scene;
    this.actions = actions;
    scene.on("selection", () => this.refresh());
    scene.on("placement", () => this.refreshPlaces());
    this.refresh();
  }

  private places: (() => void) | undefined;

  private refreshPlaces(): void {
    this.places?.();
  }

  private refresh(): void {
    const { selection } = this.scene;
    this.places = undefined;
    const [first] = selection;
    if (first === undefined) fill(this.element, h("h2", {}, "Selection"), this.nothing());
    else if (selection.size === 1) this.showNode(first);
    else this.showMany();
  }

  private nothing(): HTMLElement {
    return h(
      "p",
      { class: "note" },
      "Click a macro, or press n for the next one. Drag a macro to see the exact costs change.",
    );
  }

  private showNode(node: number): void {
    const { block, connectivity } = this.scene;
    const nets = connectivity.netsOf(node);
    const at = h("td", { id: "at" });
    const corner = h("td", {});
    const size = h("td", {});
    const orientation = h("td", { id: "orientation" });
    this.places = () => {
      const { placement } = this.scene;
      const [width, height] = placedSize(block, placement, node);
      const box = boxOf(block, placement, node);
      at.textContent = `${length(placement.xs[node]!)}, ${length(placement.ys[node]!)} µm`;
      corner.textContent = `${length(box.left)}, ${length(box.bottom)} µm`;
      size.textContent = `${length(width)} × ${length(height)} µm`;
      orientation.textContent = ORIENTATION_NAMES[placement.orientations[node]!] ?? "N";
    };
    this.places();
    const row = (name: string, cell: HTMLElement | string) =>
      h("tr", {}, h("th", { scope: "row" }, name), typeof cell === "string" ? h("td", {}, cell) : cell);
    const kind = `${KIND_NAMES[block.kinds[node]!]}${block.fixed[node] && block.kinds[node] !== NodeKind.Port ? ", fixed" : ""}`;
    fill(
      this.element,
      h("h2", {}, "Selection", this.zoomButton()),
      h("p", { class: "name", id: "selected-name" }, block.nodeNames[node]!),
      h(
        "table",
        {},
        row("kind", kind),
        row("size", size),
        row("centre", at),
        row("lower left", corner),
        row("orientation", orientation),
        row("nets", count(nets.length)),
      ),
      this.neighbours([node]),
      this.nets(nets),
    );
  }

  private showMany(): void {
    const { block, selection } = this.scene;
    let area = 0;
    for (const node of selection) area += block.widths[node]! * block.heights[node]!;
    const share = (100 * area) / (block.canvas.width * block.canvas.height);
    fill(
      this.element,
      h("h2", {}, "Selection", this.zoomButton()),
      h("p", { class: "name", id: "selected-name" }, `${count(selection.size)} nodes`),
      h("p", { class: "note" }, `${length(area)} µm², ${share.toFixed(2)} % of the die`),
      this.neighbours(selection),
    );
  }

  private zoomButton(): HTMLElement {
    return h(
      "button",
      { class: "link", title: "Zoom to the selection (z)", onclick: this.actions.zoomTo },
      "zoom",
    );
  }

  private neighbours(nodes: Iterable<number>): HTMLElement {
    const { block, connectivity } = this.scene;
    const all = connectivity.neighbours(nodes);
    return this.list(
      "Neighbours",
      all.length,
      all.slice(0, MOST_LISTED).map(({ node, weight }) => ({
        text: block.nodeNames[node]!,
        more: short(weight),
        select: [node],
      })),
    );
  }

  private nets(nets: Int32Array): HTMLElement {
    const { block, connectivity } = this.scene;
    const strongest = [...nets].sort((a, b) => block.netWeights[b]! - block.netWeights[a]! || a - b);
    return this.list(
      "Nets",
      nets.length,
      strongest.slice(0, MOST_LISTED).map((net) => {
        const pin = connectivity.driverPin(net);
        const owner = block.nodeNames[block.pinNodes[pin]!]!;
        const pinName = block.pinNames[pin]!;
        return {
          text: pinName && pinName !== owner ? `${owner}/${pinName.split("/").at(-1)}` : owner,
          more: `${count(connectivity.pinCount(net))} pins`,
          select: connectivity.nodesOf(net),
        };
      }),
    );
  }

  private list(
    title: string,
    total: number,
    items: readonly { text: string; more: string; select: readonly number[] }[],
  ): HTMLElement {
    const lines = items.map(({ text, more, select }) =>
      h(
        "li",
        {},
        h(
          "button",
          { class: "link line", title: text, onclick: () => this.scene.select(select) },
          h("span", { class: "path" }, h("bdi", {}, text)),
          h("span", { class: "count" }, more),
        ),
      ),
    );
    return h(
      "div",
      { class: "list" },
      h("h3", {}, title, h("span", { class: "count" }, count(total))),
      h("ul", {}, ...lines),
    );
  }
}
