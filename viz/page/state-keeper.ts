// Connects what is shown with the page's address: collects the state of all parts, and gives it back to them.
import type { Session } from "../protocol.js";
import { Address, type AddressHost } from "./address.js";
import type { Charts } from "./charts.js";
import type { MapPanel } from "./map-panel.js";
import { type PageState, stateOf } from "./page-state.js";
import type { Panes } from "./panes.js";
import type { SceneState } from "./scene-state.js";
import type { TimeControl } from "./time-control.js";

/** The parts of the page whose state is kept. */
export interface KeptParts {
  readonly scene: SceneState;
  readonly panes: Panes;
  readonly charts: Charts;
  readonly mapPanel: MapPanel;
  readonly time: TimeControl;
  readonly session: Session;
  /** ID of the placement shown; empty for a step of the replay. */
  readonly shownId: string;
  /** ID of the placement that it is compared with; empty for none. */
  readonly comparedId: string;
  readonly following: boolean;
  showPlacement(id: string): Promise<void>;
  compare(id: string): Promise<void>;
  setFollow(on: boolean): void;
}

export class StateKeeper implements AddressHost {
  readonly address: Address;
  private readonly parts: KeptParts;

  constructor(parts: KeptParts) {
    this.parts = parts;
    this.address = new Address(this);
  }

  /** Shows what the address tells, then keeps it up to date. */
  async start(): Promise<void> {
    await this.address.bringBack();
    const { scene, panes, charts, mapPanel, time } = this.parts;
    const step = () => this.address.note(true);
    const detail = () => this.address.note(false);
    scene.on("selection", step);
    mapPanel.on("choose", step);
    time.timeline.on("source", step);
    charts.on("change", step);
    mapPanel.on("range", detail);
    scene.layers.on("change", detail);
    scene.hierarchy.on("change", detail);
    scene.influences.on("change", detail);
    time.timeline.on("step", detail);
    panes.on("camera", detail);
  }

  state(): PageState {
    const { scene, panes, charts, mapPanel, time, session, shownId, comparedId, following } = this.parts;
    const { camera } = panes.main.view;
    const { hidden, locked } = scene.layers.state;
    const { tab, x, smoothing, pinned, hidden: left } = charts.state;
    // Who follows a live run sees its newest placement, also after a reload.
    const isLive = session.state === "running" && following;
    const isFresh = shownId === session.placements[0]?.id;
    return {
      ...(shownId !== "" && !isFresh && { placement: shownId }),
      ...(comparedId !== "" && { compare: comparedId }),
      ...(shownId === "" && !isLive && { time: time.state }),
      map: scene.mapName,
      range: mapPanel.givenRange,
      ...(!camera.whole && { view: [camera.x, camera.y, camera.zoom] as const }),
      selected: [...scene.selection].map((node) => scene.block.nodeNames[node]!),
      ...(hidden.join() !== scene.layers.hiddenAtFirst.join() && { hidden }),
      ...(locked.length > 0 && { locked }),
      ...{ open: scene.hierarchy.open, coloured: scene.hierarchy.coloured },
      ...(scene.layers.halo !== scene.layers.defaultHalo && { halo: scene.layers.halo }),
      weighing: scene.influences.weighing,
      ...{ tab, x, smoothing, pinned, left, follow: following },
    };
  }

  async restore(kept: PageState, isWanted: () => boolean): Promise<void> {
    const { parts } = this;
    const { scene, panes, charts, mapPanel, time, session } = parts;
    const isBare = location.hash.length < 2;
    const state = isBare ? { ...kept, ...asked() } : kept;
    if (!isBare) {
      const hidden = state.hidden ?? scene.layers.hiddenAtFirst;
      scene.layers.restore(hidden, state.locked ?? [], state.halo ?? scene.layers.defaultHalo);
    }
    const known = (id: string | undefined) => session.placements.find((entry) => entry.id === id)?.id;
    const first = session.placements[0]!.id;
    if (state.time && time.has(state.time.source)) await time.restore(state.time);
    else {
      time.leaveEpisode();
      await parts.showPlacement(known(state.placement) ?? first);
    }
    const compared = known(state.compare) ?? "";
    if (isWanted() && compared !== parts.comparedId) await parts.compare(compared);
    if (isWanted()) await mapPanel.restore(state.map ?? "none", state.range);
    if (!isWanted()) return;
    const names = new Set(state.selected ?? []);
    const selected: number[] = [];
    if (names.size > 0)
      scene.block.nodeNames.forEach((name, node) => {
        if (names.has(name)) selected.push(node);
      });
    if (selected.length > 0 || scene.selection.size > 0) scene.select(selected);
    scene.hierarchy.restore(state.open ?? [], state.coloured ?? false);
    scene.influences.weighing = state.weighing ?? "change";
    panes.show(state.view);
    charts.restore({
      tab: state.tab ?? charts.state.tab,
      x: state.x ?? "iteration",
      smoothing: state.smoothing ?? 1,
      pinned: state.pinned ?? [],
      hidden: state.left ?? [],
    });
    const isOther = (known(state.placement) ?? "best") !== "best" || state.time !== undefined;
    parts.setFollow(state.follow ?? !isOther);
  }
}

/** A state in the query of an address, as earlier versions had it, and as one writes it by hand. */
function asked(): PageState {
  const { placement, compare, map } = stateOf(location.search.slice(1));
  return { placement, compare, map };
}
