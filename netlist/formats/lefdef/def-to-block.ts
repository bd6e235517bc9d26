// From a DEF design and a LEF library to a block: components become nodes, pins of the design become ports, and the driver
// of a net becomes its first pin. Database units become µm, lower-left corners become centres, and the die's lower-left
// corner becomes the origin.
import { type Blockage, type CellRow, type Netlist, NodeKind } from "../../block.js";
import { InputError } from "../../input-error.js";
import { freshName } from "../../names.js";
import { isSideways } from "../../orientation.js";
import type { Placement } from "../../placement.js";
import { type DefBlockage, type DefDesign, PlaceStatus } from "./def-design.js";
import { outsideCore, siteSize } from "./floor.js";
import { boundsOf, type Rect, slabsOf } from "./geometry.js";
import { isBlockMaster, type LefLibrary, type LefMaster } from "./lef-library.js";

export interface DefNetlist {
  readonly netlist: Netlist;
  readonly places: Placement;
  readonly fixed: Uint8Array;
  /** Per component its node, and per node its component, -1 for ports. */
  readonly nodeOfComponent: Int32Array;
  readonly componentOfNode: Int32Array;
  /** Per component: its LEF master. */
  readonly masters: readonly LefMaster[];
  /** Notes on what was left out and why, one line each. */
  readonly notes: readonly string[];
}

/** The origin of the block in database units: the lower-left corner of the die's bounds. */
export function originOf(design: Pick<DefDesign, "die">): { readonly x: number; readonly y: number } {
  const { left, bottom } = boundsOf(design.die);
  return { x: left, y: bottom };
}

/**
 * Hard blockages, the area between the die and its bounds, and that outside the core, in µm from the origin. Blockages
 * that belong to a macro that may move are left out: see `blockagesOfMacros`.
 */
export function hardBlockagesOf(
  design: DefDesign,
  nodes: DefNetlist,
  { fixed, core }: { readonly fixed: Uint8Array; readonly core: Rect | undefined },
): Blockage[] {
  const beside = [
    ...(design.die.length > 2 ? slabsOf(design.die, true) : []),
    ...(core ? outsideCore(boundsOf(design.die), core) : []),
  ];
  const own = new Set([...blockagesOfMacros(design, nodes, fixed).values()].flat());
  const blockages = design.blockages.filter((blockage) => blockage.kind === "hard" && !own.has(blockage));
  return [...beside, ...blockages].map((rect) => ({ ...inMicrons(design, rect), rate: 1 }));
}

/** By the nodes of hard macros that may move: the hard blockages that belong to them and keep only others out. */
export function blockagesOfMacros(
  design: DefDesign,
  { netlist, nodeOfComponent }: DefNetlist,
  fixed: Uint8Array,
): Map<number, DefBlockage[]> {
  const found = new Map<number, DefBlockage[]>();
  for (const blockage of design.blockages) {
    if (blockage.kind !== "hard" || blockage.component === undefined) continue;
    const component = design.components.names.indexOf(blockage.component);
    const node = component < 0 ? -1 : nodeOfComponent[component]!;
    if (netlist.kinds[node] !== NodeKind.HardMacro || fixed[node]) continue;
    const blockages = found.get(node);
    if (blockages) blockages.push(blockage);
    else found.set(node, [blockage]);
  }
  return found;
}

/** Centre, in µm of the block, of a component whose lower-left corner, in database units, is at a place of the file. */
export function centreOfCorner(
  design: DefDesign,
  { width, height }: { readonly width: number; readonly height: number },
  { x, y, orientation }: { readonly x: number; readonly y: number; readonly orientation: number },
): [number, number] {
  const origin = originOf(design);
  const sideways = isSideways(orientation);
  return [
    (x - origin.x) / design.units + (sideways ? height : width) / 2,
    (y - origin.y) / design.units + (sideways ? width : height) / 2,
  ];
}

/** A rectangle of a design in µm from the origin. */
export function inMicrons(design: DefDesign, { left, bottom, right, top }: Rect): Rect {
  const { units } = design;
  const origin = originOf(design);
  return {
    left: (left - origin.x) / units,
    bottom: (bottom - origin.y) / units,
    right: (right - origin.x) / units,
    top: (top - origin.y) / units,
  };
}

/**
 * The rows in which cells may stand, in µm of the block: one for each row of sites, none for those whose site no LEF file
 * defines.
 */
export function cellRowsOf(design: DefDesign, library: LefLibrary): CellRow[] {
  const { units } = design;
  return design.rows.flatMap((row) => {
    const { width, height } = siteSize(row, library, units);
    if (!width || !height) return [];
    const [stepX, stepY] = [row.stepX || width, row.stepY || height];
    return Array.from({ length: row.rows }, (_, i): CellRow => {
      // A negative step goes to the left.
      const left = Math.min(row.x, row.x + (row.columns - 1) * stepX);
      const bottom = row.y + i * stepY;
      const at = inMicrons(design, { left, bottom, right: left, top: bottom });
      return {
        left: at.left,
        bottom: at.bottom,
        height: height / units,
        siteWidth: Math.abs(stepX) / units,
        sites: row.columns,
        orientation: row.orientation,
      };
    });
  });
}

/**
 * The netlist of a design. Nodes are in the order ports, hard macros, cells, each in file order. Components of class BLOCK
 * are hard macros, placed ones of class PAD and RING are fixed hard macros, and all others are standard cells. Those of
 * class COVER (such as bumps) lie above everything else: they are standard cells without area. Supply nets (use POWER
 * or GROUND) and nets with fewer than two pins are left out.
 */
export function netlistOf(design: DefDesign, library: LefLibrary): DefNetlist {
  const { components, pins, nets, units } = design;
  const masters = mastersOf(design, library);
  const componentKinds = Uint8Array.from(masters, (master, component) =>
    kindOf(master, components.statuses[component]!),
  );
  const nodeCount = pins.length + components.count;
  const nodeOfComponent = new Int32Array(components.count);
  const componentOfNode = new Int32Array(nodeCount).fill(-1);
  let next = pins.length;
  for (const kind of [NodeKind.HardMacro, NodeKind.StandardCell])
    for (let component = 0; component < components.count; component++) {
      if (componentKinds[component] !== kind) continue;
      nodeOfComponent[component] = next;
      componentOfNode[next++] = component;
    }

  const origin = originOf(design);
  const kinds = new Uint8Array(nodeCount).fill(NodeKind.Port);
  const widths = new Float64Array(nodeCount);
  const heights = new Float64Array(nodeCount);
  const nodeNames = new Array<string>(nodeCount);
  const fixed = new Uint8Array(nodeCount);
  const xs = new Float64Array(nodeCount).fill(Number.NaN);
  const ys = new Float64Array(nodeCount).fill(Number.NaN);
  const orientations = new Uint8Array(nodeCount);
  const portOfName = new Map<string, number>();
  pins.forEach((pin, node) => {
    nodeNames[node] = pin.name;
    fixed[node] = 1;
    portOfName.set(pin.name, node);
    if (!pin.isPlaced) return;
    xs[node] = (pin.x - origin.x) / units;
    ys[node] = (pin.y - origin.y) / units;
  });
  for (let node = pins.length; node < nodeCount; node++) {
    const component = componentOfNode[node]!;
    const { width, height, masterClass } = masters[component]!;
    kinds[node] = componentKinds[component]!;
    if (masterClass !== "COVER") {
      widths[node] = width;
      heights[node] = height;
    }
    nodeNames[node] = components.names[component]!;
    const status = components.statuses[component]!;
    const isPad = kinds[node] === NodeKind.HardMacro && masterClass !== "BLOCK";
    fixed[node] = isPad || status === PlaceStatus.Fixed || status === PlaceStatus.Cover ? 1 : 0;
    if (status === PlaceStatus.Unplaced) continue;
    const orientation = components.orientations[component]!;
    orientations[node] = orientation;
    const corner = { x: components.xs[component]!, y: components.ys[component]!, orientation };
    [xs[node], ys[node]] = centreOfCorner(design, masters[component]!, corner);
  }

  const connections = connect(design, masters, { portOfName, nodeOfComponent });
  const { order, netStarts, netPins, netWeights, notes } = connections;
  const pinCount = order.length;
  const pinNodes = new Int32Array(pinCount);
  const pinXOffsets = new Float64Array(pinCount);
  const pinYOffsets = new Float64Array(pinCount);
  const pinNames = new Array<string>(pinCount);
  const fileIndices = new Int32Array(nodeCount);
  const pinFileIndices = new Int32Array(pinCount);
  const taken = new Set(nodeNames);
  // `order` has the connections node by node; the text format counts a macro's pins after it (netlist/netlist-draft.ts).
  let index = 0;
  for (let node = 0, pin = 0; node < nodeCount; node++) {
    fileIndices[node] = index++;
    const component = componentOfNode[node]!;
    for (; pin < pinCount && connections.nodes[order[pin]!] === node; pin++) {
      pinNodes[pin] = node;
      if (component < 0) {
        pinNames[pin] = nodeNames[node]!;
        pinFileIndices[pin] = fileIndices[node]!;
        continue;
      }
      const name = nets.pinNames[nets.pins[order[pin]!]!]!;
      const offset = masters[component]!.pins.get(name)!;
      const isHard = kinds[node] === NodeKind.HardMacro;
      const full = `${nodeNames[node]}/${name}`;
      pinNames[pin] = isHard ? freshName(full, taken) : full; // a pin in two nets becomes two pins
      if (isHard) taken.add(pinNames[pin]!);
      pinXOffsets[pin] = offset.xOffset;
      pinYOffsets[pin] = offset.yOffset;
      pinFileIndices[pin] = isHard ? index++ : fileIndices[node]!;
    }
  }
  const netlist: Netlist = {
    name: design.name,
    nodeCount,
    kinds,
    widths,
    heights,
    nodeNames,
    pinCount,
    pinNodes,
    pinXOffsets,
    pinYOffsets,
    pinNames,
    netCount: netWeights.length,
    netStarts,
    netPins,
    netWeights,
    fileIndices,
    pinFileIndices,
  };
  return {
    netlist,
    places: { xs, ys, orientations },
    fixed,
    nodeOfComponent,
    componentOfNode,
    masters,
    notes,
  };
}

function mastersOf(design: DefDesign, library: LefLibrary): LefMaster[] {
  const { masters, masterNames, lines, names } = design.components;
  const found = masterNames.map((name) => library.masters.get(name));
  return Array.from(masters, (number, component) => {
    const master = found[number];
    if (master) return master;
    throw new InputError(
      `${design.path}:${lines[component]}`,
      `component '${names[component]}' is of master '${masterNames[number]}', which none of the LEF files defines`,
      "put the LEF file that does beside it, or give it (--lef)",
    );
  });
}

function kindOf(master: LefMaster, status: number): NodeKind {
  if (isBlockMaster(master)) return NodeKind.HardMacro;
  const isPad = master.masterClass === "PAD" || master.masterClass === "RING";
  return isPad && status !== PlaceStatus.Unplaced ? NodeKind.HardMacro : NodeKind.StandardCell;
}

interface Connections {
  /** Node of every connection of the DEF file, or -1 if it is left out. */
  readonly nodes: Int32Array;
  /** The connections that are kept, node by node. */
  readonly order: Int32Array;
  readonly netStarts: Int32Array;
  /** Positions in `order`, a net's driver first. */
  readonly netPins: Int32Array;
  readonly netWeights: Float64Array;
  readonly notes: string[];
}

function connect(
  design: DefDesign,
  masters: readonly LefMaster[],
  nodeNumbers: { readonly portOfName: ReadonlyMap<string, number>; readonly nodeOfComponent: Int32Array },
): Connections {
  const { portOfName, nodeOfComponent } = nodeNumbers;
  const { nets, pins } = design;
  const connectionCount = nets.components.length;
  const nodes = new Int32Array(connectionCount).fill(-1);
  const drives = new Uint8Array(connectionCount);
  const kept: number[] = [];
  const netOfPort = new Int32Array(pins.length).fill(-1);
  let supply = 0;
  let short = 0;
  for (let net = 0; net < nets.count; net++) {
    const [start, end] = [nets.starts[net]!, nets.starts[net + 1]!];
    for (let c = start; c < end; c++) {
      const component = nets.components[c]!;
      const name = nets.pinNames[nets.pins[c]!]!;
      if (component < 0) {
        const port = portOfName.get(name);
        if (port === undefined)
          throw badConnection(design, net, `'( PIN ${name} )', which PINS does not list`);
        const other = netOfPort[port]!;
        if (other >= 0 && other !== net && !nets.isSupply[other])
          throw badConnection(
            design,
            net,
            `'( PIN ${name} )', which net '${nets.names[other]}' of line ${nets.lines[other]} connects already`,
          );
        netOfPort[port] = net;
        nodes[c] = port;
        drives[c] = strength(pins[port]!.direction === "INPUT", pins[port]!.direction === "INOUT");
      } else {
        const pin = masters[component]!.pins.get(name);
        if (!pin)
          throw badConnection(
            design,
            net,
            `pin '${name}' of component '${design.components.names[component]}', which its master '${masters[component]!.name}' (${masters[component]!.where}) does not have`,
          );
        nodes[c] = nodeOfComponent[component]!;
        drives[c] = strength(pin.direction === "OUTPUT", pin.direction === "INOUT");
      }
    }
    if (nets.isSupply[net]) supply++;
    else if (end - start < 2) short++;
    else {
      kept.push(net);
      continue;
    }
    nodes.fill(-1, start, end);
  }
  const order = nodeByNode(nodes, pins.length + design.components.count);
  const pinOfConnection = new Int32Array(connectionCount);
  order.forEach((connection, pin) => {
    pinOfConnection[connection] = pin;
  });
  const netStarts = new Int32Array(kept.length + 1);
  const netPins = new Int32Array(order.length);
  let next = 0;
  kept.forEach((net, i) => {
    const [start, end] = [nets.starts[net]!, nets.starts[net + 1]!];
    let driver = start;
    for (let c = start; c < end; c++) if (drives[c]! > drives[driver]!) driver = c;
    netPins[next++] = pinOfConnection[driver]!;
    for (let c = start; c < end; c++) if (c !== driver) netPins[next++] = pinOfConnection[c]!;
    netStarts[i + 1] = next;
  });
  const notes: string[] = [];
  if (supply > 0) notes.push(`${design.path}: ${supply} nets of use POWER or GROUND are left out`);
  if (short > 0) notes.push(`${design.path}: ${short} nets of fewer than two pins are left out`);
  return {
    nodes,
    order,
    netStarts,
    netPins,
    netWeights: Float64Array.from(kept, (net) => nets.weights[net]!),
    notes,
  };
}

/** Rank of a pin as driver of its net: outputs first, then pins of both directions, then inputs. */
function strength(drives: boolean, both: boolean): number {
  return drives ? 2 : both ? 1 : 0;
}

function badConnection(design: DefDesign, net: number, what: string): InputError {
  return new InputError(
    `${design.path}:${design.nets.lines[net]}`,
    `net '${design.nets.names[net]}' connects ${what}`,
  );
}

/** Connections sorted by node, then in file order, without those that are left out. */
function nodeByNode(nodes: Int32Array, nodeCount: number): Int32Array {
  const starts = new Int32Array(nodeCount + 1);
  for (const node of nodes) if (node >= 0) starts[node + 1]!++;
  for (let node = 0; node < nodeCount; node++) starts[node + 1]! += starts[node]!;
  const order = new Int32Array(starts[nodeCount]!);
  nodes.forEach((node, connection) => {
    if (node >= 0) order[starts[node]!++] = connection;
  });
  return order;
}
