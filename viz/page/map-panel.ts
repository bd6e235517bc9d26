// The choice of heat map, its range and legend, and its values as CSV.
import { heatColour } from "../palette.js";
import { download, h } from "./dom.js";
import { Emitter } from "./emitter.js";
import { short } from "./format.js";
import { MAP_UNITS, MAPS, type MapName, mapCsv, mapRange, POLICY_MAPS, ROUTED_MAPS } from "./maps.js";
import type { SceneState } from "./scene-state.js";

export class MapPanel extends Emitter<{ choose: MapName; range: undefined }> {
  readonly element: HTMLElement;
  private readonly scene: SceneState;
  private readonly choice: HTMLSelectElement;
  private readonly low: HTMLInputElement;
  private readonly high: HTMLInputElement;
  private readonly unit = h("p", { class: "note" });
  private readonly empty = h("p", { class: "note", id: "map-empty" });
  private readonly missing = h("p", { class: "note", id: "maps-missing" });
  private readonly details: HTMLElement;
  /** Range set by the user; undefined: that of the map. */
  private given: [number, number] | undefined;

  constructor(scene: SceneState) {
    super();
    this.scene = scene;
    const names = (Object.keys(MAPS) as MapName[]).filter(
      (name) => !POLICY_MAPS.includes(name) && !(name in ROUTED_MAPS),
    );
    this.choice = h(
      "select",
      {
        id: "map",
        "aria-label": "Heat map",
        onchange: () => {
          this.given = undefined;
          this.emit("choose", this.choice.value as MapName);
        },
      },
      ...names.map(optionOf),
    );
    const bound = (label: string) =>
      h("input", { type: "number", step: "any", "aria-label": label, onchange: () => this.take() });
    this.low = bound("Lower end of the range");
    this.high = bound("Upper end of the range");
    const stops = Array.from({ length: 11 }, (_, i) => heatColour(i / 10)).join(",");
    this.details = h(
      "div",
      { class: "map-details", hidden: true },
      h("div", { class: "legend", style: `background:linear-gradient(90deg,${stops})` }),
      h("div", { class: "range" }, this.low, this.high),
      this.unit,
      h(
        "div",
        { class: "row" },
        h("button", { onclick: () => this.reset() }, "Whole range"),
        h("button", { id: "csv", onclick: () => this.save() }, "CSV"),
      ),
    );
    this.element = h(
      "section",
      {},
      h("h2", {}, "Heat map"),
      this.choice,
      this.empty,
      this.details,
      this.missing,
    );
    this.sayMissing();
    scene.on("map", () => this.refresh());
  }

  /** Adds the maps of a policy. */
  offerPolicy(): void {
    this.choice.append(...POLICY_MAPS.map(optionOf));
    this.sayMissing();
  }

  /** Adds the maps of the router. */
  offerRouting(): void {
    this.choice.append(...(Object.keys(ROUTED_MAPS) as MapName[]).map(optionOf));
    this.sayMissing();
  }

  /** Says which maps there could be, and what they need. */
  private sayMissing(): void {
    const has = (name: MapName) => [...this.choice.options].some(({ value }) => value === name);
    const texts = [
      !has("masks") && "Maps of a policy need a run of method policy.",
      !has("routedOverflow") && "Routed maps need verify RUN --out RUN/verify.",
    ].filter(Boolean);
    this.missing.textContent = texts.join(" ");
    this.missing.hidden = texts.length === 0;
  }

  choose(name: MapName): void {
    this.choice.value = name;
    this.given = undefined;
    this.emit("choose", name);
  }

  /** The range that somebody has set. */
  get givenRange(): readonly [number, number] | undefined {
    return this.given;
  }

  /** Shows a map with a range, or with its own. A map of a policy that the run does not have is not shown. */
  async restore(name: MapName, range: readonly [number, number] | undefined): Promise<void> {
    const isOffered = [...this.choice.options].some(({ value }) => value === name);
    const shown = isOffered ? name : "none";
    this.choice.value = shown;
    this.given = range && [range[0], range[1]];
    await this.show?.(shown);
  }

  /** Shows a map; resolves when it is there. */
  show: ((name: MapName) => Promise<void>) | undefined;

  get range(): [number, number] {
    return this.given ?? (this.scene.map ? mapRange(this.scene.map) : [0, 1]);
  }

  private refresh(): void {
    const { map, mapName } = this.scene;
    this.details.hidden = map === undefined;
    this.empty.textContent = this.scene.mapEmpty ?? "";
    this.empty.hidden = this.scene.mapEmpty === undefined;
    const [low, high] = this.range;
    if (document.activeElement !== this.low) this.low.value = short(low);
    if (document.activeElement !== this.high) this.high.value = short(high);
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of map ?? []) {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    const isEmpty = !(least <= greatest);
    this.unit.textContent =
      map && !isEmpty ? `${MAP_UNITS[mapName]}; ${short(least)} to ${short(greatest)}` : "";
  }

  private take(): void {
    const [low, high] = [Number(this.low.value), Number(this.high.value)];
    if (Number.isFinite(low) && Number.isFinite(high) && high > low) this.given = [low, high];
    this.emit("range", undefined);
  }

  private reset(): void {
    this.given = undefined;
    this.refresh();
    this.emit("range", undefined);
  }

  private save(): void {
    const { map, mapName, mapGrid, block } = this.scene;
    if (!map) return;
    const table = { name: mapName, values: map, grid: mapGrid, canvas: block.canvas };
    download(`${block.name}-${mapName}.csv`, mapCsv(table), "text/csv");
  }
}

function optionOf(name: MapName): HTMLOptionElement {
  return h("option", { value: name }, MAPS[name]);
}
