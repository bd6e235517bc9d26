// What a policy sees of an episode: planes over the grid and a few numbers, all cheap enough to compute at every step.
import { type Block, type Grid, NodeKind } from "../../netlist/index.js";
import type { Judge } from "../cost/judge.js";
import { netsOfNodes } from "../cost/judge-nets.js";
import type { Episode } from "../environment/episode.js";
import { NeighbourhoodFeatures } from "./neighbourhood.js";
import { type QuadraticTarget, quadraticTarget } from "./quadratic-target.js";

/** Planes of an observation, in order. Each has a value per grid cell, row-major from the lower left. */
export const PLANES = [
  /** 1 where the macro may go. */
  "mask",
  /** Added wirelength if the macro goes there, from 0 at the best cell to 1 at the worst. */
  "wire",
  /** The same for the macro after it, given what is placed now. */
  "nextWire",
  /** Share of the cell that hard macros cover. */
  "macros",
  /** Area of soft macros in the cell, where they are estimated to go, in quarters of the cell; at most 1. */
  "cells",
  /** Nearness to the left or right edge, from 0 in the middle to 1 at the edge. */
  "edgeX",
  /** Nearness to the lower or upper edge. */
  "edgeY",
  /** Score of the cell by rule: edge + softMacroDistance + contact - wire - softMacroOverlap - quadraticTarget. */
  "prior",
  /** Distance from the centre of the soft macros (env/features/neighbourhood.ts). */
  "softMacroDistance",
  /** Share of the macro's footprint that lies where the soft macros need room. */
  "softMacroOverlap",
  /** Share of a frame around the macro that is covered or off the canvas. */
  "contact",
  /** Manhattan distance from the macro's quadratic target, 1 from corner to corner (env/features/quadratic-target.ts). */
  "quadraticTarget",
  /** Horizontal congestion of what is placed, at the episode's last snapshot. */
  "horizontal",
  /** Vertical congestion. */
  "vertical",
  /** Half for a row and half for a column in which the centre of a macro of the same size lies. */
  "sameSizeAlignment",
] as const;
export type PlaneName = (typeof PLANES)[number];

/** An observation has all planes or only this many of the first ones: the others take time and helped no policy yet. */
export const BASIC_PLANES = 12;

/** Least and greatest value of each plane, up to single-precision rounding. */
export const PLANE_BOUNDS: Readonly<Record<PlaneName, readonly [low: number, high: number]>> = {
  mask: [0, 1],
  wire: [0, 1],
  nextWire: [0, 1],
  macros: [0, Number.POSITIVE_INFINITY], // fixed macros may overlap
  cells: [0, 1],
  edgeX: [0, 1],
  edgeY: [0, 1],
  prior: [-3, 3],
  softMacroDistance: [0, 1],
  softMacroOverlap: [0, 1],
  contact: [0, 1],
  quadraticTarget: [0, 1],
  horizontal: [0, 1],
  vertical: [0, 1],
  sameSizeAlignment: [0, 1],
};

/** The state numbers of an observation, in order. */
export const STATE_NAMES = [
  /** Share of the macros that are placed. */
  "placedShare",
  /** Share of the cells that are feasible. */
  "feasibleShare",
  /** Sides of the macro, in canvas sides. */
  "width",
  "height",
  /** Sides of the macro after it; 0 if there is none. */
  "nextWidth",
  "nextHeight",
  /** Weight of the macro's nets relative to the mean macro, divided by 4; at most 1. */
  "netWeight",
  /** Area of all soft and of all hard macros, in canvas areas. */
  "softShare",
  "hardShare",
] as const;

/** How many state numbers an observation has. */
export const STATE_NUMBERS: number = STATE_NAMES.length;

/** Greatest value of each state number; the least is 0. */
export const STATE_HIGHS: readonly number[] = STATE_NAMES.map((name) =>
  name === "softShare" || name === "hardShare" ? Number.POSITIVE_INFINITY : 1,
);

/**
 * What the planes of an observation are drawn from, at a fifth of their size. Training stores these, and draws the planes
 * again for every gradient.
 */
export interface ObservationSource {
  /** [2]: nodes of the macro to place and of the one after it, -1 for none. */
  readonly macros: Int32Array;
  /** [cells], 1 where the macro may go. */
  readonly mask: Uint8Array;
  /**
   * [2 x (columns + rows) + 2]: what each column and each row adds to the weighted wirelength of the macro, then of the one
   * after it; then the soft macros' centre. All in µm.
   */
  readonly lengths: Float64Array;
  /** [storedPlanes x cells]: the planes `macros` and `cells`, and those beyond the basic ones. */
  readonly stored: Float32Array;
  /**
   * [2 x bodies]: x and y of every body (`bodiesOf`) from 0 to `PLACE_STEPS` along the canvas sides, those of soft macros
   * estimated; `NOT_PLACED` where it is not placed. Empty where nobody reads it.
   */
  readonly places: Uint16Array;
}

/** Steps along a side of the canvas in which places are observed. Finer ones would take twice the memory. */
export const PLACE_STEPS = 65534;
/** Stands for the place of a body that is not placed. */
export const NOT_PLACED = 65535;

/** A place as a share of the canvas side, or NaN, in steps; what lies outside counts as on the edge. */
function placeInSteps(share: number): number {
  return Number.isNaN(share) ? NOT_PLACED : Math.round(Math.max(0, Math.min(1, share)) * PLACE_STEPS);
}

/** The nodes that have a place of their own in an observation, in order: all but ports. */
export function bodiesOf({ kinds, nodeCount }: Pick<Block, "kinds" | "nodeCount">): Int32Array {
  return Int32Array.from({ length: nodeCount }, (_, node) => node).filter(
    (node) => kinds[node] !== NodeKind.Port,
  );
}

/** Planes that an `ObservationSource` holds as they are, of an observation with `planes` planes. */
export function storedPlanes(planes: number): number {
  return STORED_PLANES.length + planes - BASIC_PLANES;
}

const STORED_PLANES: readonly PlaneName[] = ["macros", "cells"];

/** How many numbers `ObservationSource.lengths` has. */
export function sourceLengths({ columns, rows }: Grid): number {
  return 2 * (columns + rows) + 2;
}

/** By how much the wirelength cost grows if the observed macro goes to a cell, given what is placed or estimated. */
export interface WirelengthDeltas {
  at(cell: number): number;
}

/** Writes observations of one episode. An observation depends on the episode's state alone. */
export class Observer {
  readonly planes: number;
  /** What the episode looked like at the last `look`. */
  readonly source: ObservationSource;
  /** [STATE_NUMBERS], at the last `look`. */
  readonly state = new Float32Array(STATE_NUMBERS);
  private readonly episode: Episode;
  private readonly drawing: ObservationDrawing;
  private readonly nodeNetStarts: Int32Array;
  private readonly nodeNets: Int32Array;
  private readonly shares: BlockShares;
  /** Whose places are observed. */
  private readonly bodies: Int32Array;
  private readonly deltas: WirelengthDeltas;
  private readonly columnsInUse: Uint8Array;
  private readonly rowsInUse: Uint8Array;

  /**
   * @param planes how many of `PLANES`: `BASIC_PLANES`, or all, for which the episode must track congestion
   * @param readsPlaces whether somebody reads `source.places`
   */
  constructor(episode: Episode, planes: number = BASIC_PLANES, readsPlaces = false) {
    if (planes !== BASIC_PLANES && planes !== PLANES.length)
      throw new Error(
        `internal: observations have ${BASIC_PLANES} or ${PLANES.length} planes, not ${planes}`,
      );
    if (planes > BASIC_PLANES && !episode.congestion)
      throw new Error("internal: congestion planes of an episode that does not track congestion");
    this.planes = planes;
    const { kernels, nets, block } = episode.judge;
    this.episode = episode;
    this.drawing = new ObservationDrawing(episode.judge, planes);
    const incidence = netsOfNodes(block.nodeCount, nets);
    this.nodeNetStarts = kernels.i32(incidence.starts.length);
    this.nodeNetStarts.set(incidence.starts);
    this.nodeNets = kernels.i32(incidence.nets.length);
    this.nodeNets.set(incidence.nets);
    const { columns, rows } = block.grid;
    this.bodies = readsPlaces ? bodiesOf(block) : new Int32Array(0);
    this.source = {
      macros: new Int32Array(2),
      mask: new Uint8Array(columns * rows),
      lengths: kernels.f64(sourceLengths(block.grid)),
      stored: new Float32Array(storedPlanes(planes) * columns * rows),
      places: new Uint16Array(2 * this.bodies.length),
    };
    this.shares = sharesOf(episode, this.nodeNetStarts, this.nodeNets);
    const unit = 1 / ((block.canvas.width + block.canvas.height) * (nets.totalWeight || 1));
    const { lengths } = this.source;
    this.deltas = {
      at: (cell) => unit * (lengths[cell % columns]! + lengths[columns + Math.floor(cell / columns)]!),
    };
    this.columnsInUse = new Uint8Array(columns);
    this.rowsInUse = new Uint8Array(rows);
  }

  /**
   * Fills `outPlanes` [planes x cells] and `outState` [STATE_NUMBERS] for the macro to place now; there must be one.
   * The deltas returned are overwritten by the next observation.
   */
  observe(outPlanes: Float32Array, outState: Float32Array): WirelengthDeltas {
    this.look();
    this.drawing.draw(this.source, outPlanes);
    outState.set(this.state);
    return this.deltas;
  }

  /** Fills `source` and `state` from the episode: an observation that is not drawn yet. */
  look(): void {
    const { episode, source, drawing } = this;
    const { block, placement } = episode.judge;
    const { columns, rows } = block.grid;
    const cells = columns * rows;
    const { macros, mask, lengths, stored } = source;
    this.writeState(this.state);
    macros[0] = episode.macro;
    macros[1] = episode.nextMacro;
    mask.set(episode.mask);
    if (episode.nextMacro >= 0) this.measureWires(episode.nextMacro, columns + rows);
    this.measureWires(episode.macro, 0);
    drawing.neighbourhood.softCentre(lengths.subarray(2 * (columns + rows)));
    for (let index = 0; index < this.bodies.length; index++) {
      const node = this.bodies[index]!;
      source.places[2 * index] = placeInSteps(placement.xs[node]! / block.canvas.width);
      source.places[2 * index + 1] = placeInSteps(placement.ys[node]! / block.canvas.height);
    }
    stored.fill(0, 0, STORED_PLANES.length * cells);
    const [macroCover, softCover] = [stored.subarray(0, cells), stored.subarray(cells, 2 * cells)];
    for (let node = 0; node < block.nodeCount; node++) {
      const kind = block.kinds[node];
      if (kind === NodeKind.Port || Number.isNaN(placement.xs[node])) continue;
      addCover(episode, node, kind === NodeKind.HardMacro ? macroCover : softCover);
    }
    for (let cell = 0; cell < cells; cell++) softCover[cell] = Math.min(softCover[cell]!, 4) / 4;
    if (this.planes === BASIC_PLANES) return;
    stored.set(episode.congestion!, STORED_PLANES.length * cells);
    this.writeSameSize(stored.subarray(stored.length - cells));
  }

  /** Writes what each column and each row adds to a macro's weighted wirelength, from place `at` of the lengths on. */
  private measureWires(macro: number, at: number): void {
    const { judge } = this.episode;
    const address = this.source.lengths.byteOffset + 8 * at;
    judge.kernels.run.wireMask(
      judge.state.address,
      macro,
      this.nodeNetStarts.byteOffset,
      this.nodeNets.byteOffset,
      address,
      address + 8 * judge.block.grid.columns,
    );
  }

  private writeState(out: Float32Array): void {
    const { episode, shares } = this;
    const { block } = episode.judge;
    const width = (node: number) => (node < 0 ? 0 : block.widths[node]! / block.canvas.width);
    const height = (node: number) => (node < 0 ? 0 : block.heights[node]! / block.canvas.height);
    out[0] = episode.step / episode.macros.length;
    out[1] = episode.feasibleCells / episode.mask.length;
    out[2] = width(episode.macro);
    out[3] = height(episode.macro);
    out[4] = width(episode.nextMacro);
    out[5] = height(episode.nextMacro);
    out[6] = Math.min(4, shares.netWeights[episode.macro]!) / 4;
    out[7] = shares.soft;
    out[8] = shares.hard;
  }

  private writeSameSize(out: Float32Array): void {
    const { episode, columnsInUse, rowsInUse } = this;
    const { block, placement } = episode.judge;
    const { canvas, widths, heights } = block;
    const { columns, rows } = block.grid;
    const { macro, step } = episode;
    columnsInUse.fill(0);
    rowsInUse.fill(0);
    for (let i = 0; i < step; i++) {
      const node = episode.macroAt(i);
      if (widths[node] !== widths[macro] || heights[node] !== heights[macro]) continue;
      columnsInUse[Math.floor((placement.xs[node]! * columns) / canvas.width)] = 1;
      rowsInUse[Math.floor((placement.ys[node]! * rows) / canvas.height)] = 1;
    }
    for (let row = 0, cell = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, cell++)
        out[cell] = (rowsInUse[row]! + columnsInUse[column]!) / 2;
  }
}

/** Draws planes from what an observation is made from; the same source gives the same planes to the last bit. */
export class ObservationDrawing {
  readonly neighbourhood: NeighbourhoodFeatures;
  private readonly grid: Grid;
  private readonly planes: number;
  private readonly target: QuadraticTarget;

  constructor(judge: Judge, planes: number) {
    const { block, nets } = judge;
    this.neighbourhood = new NeighbourhoodFeatures(judge);
    this.grid = block.grid;
    this.planes = planes;
    this.target = quadraticTarget(block, nets);
  }

  /** Fills `out` [planes x cells]. */
  draw({ macros, mask, lengths, stored }: Omit<ObservationSource, "places">, out: Float32Array): void {
    const { columns, rows } = this.grid;
    const cells = columns * rows;
    const plane = (name: PlaneName) => {
      const start = PLANES.indexOf(name) * cells;
      return out.subarray(start, start + cells);
    };
    const [macro, nextMacro] = [macros[0]!, macros[1]!];
    plane("mask").set(mask);
    const [wire, nextWire] = [plane("wire"), plane("nextWire")];
    this.drawWires(lengths.subarray(0, columns + rows), wire);
    if (nextMacro < 0) nextWire.fill(0);
    else this.drawWires(lengths.subarray(columns + rows, 2 * (columns + rows)), nextWire);
    const macroCover = plane("macros");
    macroCover.set(stored.subarray(0, cells));
    plane("cells").set(stored.subarray(cells, 2 * cells));
    const [edgeX, edgeY] = [plane("edgeX"), plane("edgeY")];
    for (let row = 0, cell = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, cell++) {
        edgeX[cell] = Math.abs((2 * column + 1) / columns - 1);
        edgeY[cell] = Math.abs((2 * row + 1) / rows - 1);
      }
    const distance = plane("softMacroDistance");
    const overlap = plane("softMacroOverlap");
    const contact = plane("contact");
    const centre = lengths.subarray(2 * (columns + rows));
    this.neighbourhood.writeSoftMacros({ macro, macroCover, centre }, { distance, overlap });
    this.neighbourhood.writeContact({ macro, macroCover }, contact);
    const target = plane("quadraticTarget");
    this.drawTarget(macro, target);
    const prior = plane("prior");
    for (let cell = 0; cell < cells; cell++)
      prior[cell] =
        Math.max(edgeX[cell]!, edgeY[cell]!) +
        distance[cell]! +
        contact[cell]! -
        wire[cell]! -
        overlap[cell]! -
        target[cell]!;
    if (this.planes > BASIC_PLANES)
      out.set(stored.subarray(STORED_PLANES.length * cells), BASIC_PLANES * cells);
  }

  /** Manhattan distance from the macro's quadratic target, 1 from corner to corner; 0 along an axis without a target. */
  private drawTarget(macro: number, out: Float32Array): void {
    const { columns, rows } = this.grid;
    const [x, y] = [this.target.xs[macro]!, this.target.ys[macro]!];
    for (let row = 0, cell = 0; row < rows; row++) {
      const dy = Number.isNaN(y) ? 0 : Math.abs((row + 0.5) / rows - y) / 2;
      for (let column = 0; column < columns; column++, cell++)
        out[cell] = dy + (Number.isNaN(x) ? 0 : Math.abs((column + 0.5) / columns - x) / 2);
    }
  }

  /** The added wirelength of each cell, that of its column plus that of its row, from 0 at the least to 1 at the most. */
  private drawWires(lengths: Float64Array, out: Float32Array): void {
    const columns = lengths.subarray(0, this.grid.columns);
    const rows = lengths.subarray(this.grid.columns);
    const [bestColumn, worstColumn] = range(columns);
    const [bestRow, worstRow] = range(rows);
    const span = worstColumn - bestColumn + worstRow - bestRow;
    const scale = span > 0 ? 1 / span : 0;
    for (let row = 0, cell = 0; row < rows.length; row++) {
      const rowPart = rows[row]! - bestRow - bestColumn;
      for (let column = 0; column < columns.length; column++, cell++)
        out[cell] = (columns[column]! + rowPart) * scale;
    }
  }
}

/** What is the same at every step. */
interface BlockShares {
  /** Area of all soft and of all hard macros, in canvas areas. */
  readonly soft: number;
  readonly hard: number;
  /** Weight of each node's nets, relative to the mean macro's. */
  readonly netWeights: Float64Array;
}

function sharesOf(episode: Episode, starts: Int32Array, nodeNets: Int32Array): BlockShares {
  const { block, nets } = episode.judge;
  const { widths, heights, kinds, canvas } = block;
  const area = { soft: 0, hard: 0 };
  const weights = new Float64Array(block.nodeCount);
  for (let node = 0; node < block.nodeCount; node++) {
    if (kinds[node] !== NodeKind.Port)
      area[kinds[node] === NodeKind.HardMacro ? "hard" : "soft"] +=
        (widths[node]! * heights[node]!) / (canvas.width * canvas.height);
    for (let i = starts[node]!; i < starts[node + 1]!; i++) weights[node]! += nets.netWeights[nodeNets[i]!]!;
  }
  const mean = episode.macros.reduce((sum, macro) => sum + weights[macro]!, 0) / (episode.macros.length || 1);
  return { ...area, netWeights: mean > 0 ? weights.map((weight) => weight / mean) : weights };
}

/** Adds to every cell the share of it that a node covers. */
function addCover(episode: Episode, node: number, out: Float32Array): void {
  const { block, placement } = episode.judge;
  const { columns, rows } = block.grid;
  const cellWidth = block.canvas.width / columns;
  const cellHeight = block.canvas.height / rows;
  const sideways = placement.orientations[node]! >= 4;
  const halfWidth = (sideways ? block.heights[node]! : block.widths[node]!) / 2;
  const halfHeight = (sideways ? block.widths[node]! : block.heights[node]!) / 2;
  const left = (placement.xs[node]! - halfWidth) / cellWidth;
  const right = (placement.xs[node]! + halfWidth) / cellWidth;
  const bottom = (placement.ys[node]! - halfHeight) / cellHeight;
  const top = (placement.ys[node]! + halfHeight) / cellHeight;
  const lastColumn = Math.min(columns - 1, Math.floor(right));
  const lastRow = Math.min(rows - 1, Math.floor(top));
  for (let row = Math.max(0, Math.floor(bottom)); row <= lastRow; row++) {
    const dy = Math.min(top, row + 1) - Math.max(bottom, row);
    for (let column = Math.max(0, Math.floor(left)); column <= lastColumn; column++)
      out[row * columns + column]! += dy * (Math.min(right, column + 1) - Math.max(left, column));
  }
}

/** Least and greatest value. */
function range(values: Float64Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
