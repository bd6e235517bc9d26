// What one sees on the page, as text behind the `#` of the address: it survives a reload and can be passed on.
import { TABS, type Tab, X_AXES, type XAxis } from "./curves.js";
import { WEIGHINGS, type Weighing } from "./influences.js";
import { LAYER_NAMES, type Layer } from "./layers.js";
import { MAPS, type MapName } from "./maps.js";
import type { TimeSource } from "./timeline.js";

/** What is not given is as on a fresh page. */
export interface PageState {
  /** ID of the placement shown; not given during a replay. */
  readonly placement?: string | undefined;
  /** ID of the placement that it is compared with. */
  readonly compare?: string | undefined;
  /** A step of the replay: an iteration, or a step of the episode. */
  readonly time?: { readonly source: TimeSource; readonly at: number } | undefined;
  readonly map?: MapName | undefined;
  /** Ends of the map's scale, if somebody has set them. */
  readonly range?: readonly [number, number] | undefined;
  /** Middle of the view in µm, and its scale as a multiple of that of the whole die. */
  readonly view?: readonly [x: number, y: number, zoom: number] | undefined;
  /** Names of nodes. */
  readonly selected?: readonly string[] | undefined;
  readonly hidden?: readonly Layer[] | undefined;
  readonly locked?: readonly Layer[] | undefined;
  /** Width of halos in µm, for a block without its own. */
  readonly halo?: number | undefined;
  /** Paths of the open modules of the hierarchy, and whether macros have their modules' colours. */
  readonly open?: readonly string[] | undefined;
  readonly coloured?: boolean | undefined;
  readonly tab?: Tab | undefined;
  readonly x?: XAxis | undefined;
  readonly smoothing?: number | undefined;
  /** Labels of runs. */
  readonly pinned?: readonly string[] | undefined;
  readonly left?: readonly string[] | undefined;
  /** By what the layer of influences weighs nodes. */
  readonly weighing?: Weighing | undefined;
  /** Whether a live run is followed. */
  readonly follow?: boolean | undefined;
}

/** Larger selections are not kept. */
const MOST_SELECTED = 300;
const SOURCES: readonly TimeSource[] = ["best", "episode"];

/** The state as text, in which what is as on a fresh page is left out. */
export function stateText(state: PageState): string {
  const params = new URLSearchParams();
  const set = (name: string, value: string | number | undefined) => {
    if (value !== undefined && value !== "") params.append(name, String(value));
  };
  set("placement", state.placement);
  set("compare", state.compare);
  if (state.time) set("time", `${state.time.source}:${state.time.at}`);
  set("map", state.map === "none" ? undefined : state.map);
  set("range", state.range?.map(short).join(","));
  set("view", state.view?.map(short).join(","));
  if ((state.selected?.length ?? 0) <= MOST_SELECTED)
    for (const name of state.selected ?? []) set("select", name);
  if (state.hidden) params.set("hide", state.hidden.join(","));
  set("lock", state.locked?.join(","));
  set("halo", state.halo);
  for (const path of state.open ?? []) set("open", path);
  set("colour", state.coloured ? "modules" : undefined);
  set("weigh", state.weighing === "change" ? undefined : state.weighing);
  set("tab", state.tab === "cost" ? undefined : state.tab);
  set("x", state.x === "iteration" ? undefined : state.x);
  set("smooth", state.smoothing === 1 ? undefined : state.smoothing);
  for (const label of state.pinned ?? []) set("pin", label);
  for (const label of state.left ?? []) set("leave", label);
  if (state.follow === false) params.set("follow", "no");
  // Commas and colons need no escapes behind the `#`, and an address should be readable.
  return params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/");
}

/** Seven digits are less than a pixel at any zoom. */
function short(value: number): number {
  return Number(value.toPrecision(7));
}

/** The state that a text tells; what makes no sense is ignored, because an address may be cut or from another version. */
export function stateOf(text: string): PageState {
  const params = new URLSearchParams(text.replace(/^#/, ""));
  const oneOf = <Value extends string>(name: string, values: readonly string[]): Value | undefined =>
    values.includes(params.get(name) ?? "") ? (params.get(name) as Value) : undefined;
  const numbers = (name: string, count: number): number[] | undefined => {
    const values = (params.get(name) ?? "")
      .split(",")
      .map((value) => (value === "" ? Number.NaN : Number(value)));
    return values.length === count && values.every(Number.isFinite) ? values : undefined;
  };
  const layers = (name: string): Layer[] | undefined =>
    params.has(name)
      ? LAYER_NAMES.filter((layer) => params.get(name)!.split(",").includes(layer))
      : undefined;
  const [source, at] = (params.get("time") ?? "").split(":");
  const time = SOURCES.find((known) => known === source);
  const range = numbers("range", 2);
  const view = numbers("view", 3);
  return {
    placement: params.get("placement") ?? undefined,
    compare: params.get("compare") ?? undefined,
    ...(time && at && Number.isFinite(Number(at)) && { time: { source: time, at: Number(at) } }),
    map: oneOf<MapName>("map", Object.keys(MAPS)),
    ...(range && range[0]! < range[1]! && { range: [range[0]!, range[1]!] as const }),
    ...(view && view[2]! > 0 && { view: [view[0]!, view[1]!, view[2]!] as const }),
    selected: params.getAll("select"),
    hidden: layers("hide"),
    locked: layers("lock"),
    halo: numbers("halo", 1)?.[0],
    open: params.getAll("open"),
    coloured: params.get("colour") === "modules" || undefined,
    weighing: oneOf<Weighing>("weigh", WEIGHINGS),
    tab: oneOf<Tab>("tab", Object.keys(TABS)),
    x: oneOf<XAxis>("x", Object.keys(X_AXES)),
    smoothing: numbers("smooth", 1)?.[0],
    pinned: params.getAll("pin"),
    left: params.getAll("leave"),
    follow: params.get("follow") === "no" ? false : undefined,
  };
}
