// The calls of the protocol by name: what each takes, what it does, and how its reply is written. Arguments are checked
// here by type and number, and by `PlacementCost` by value.
import { InputError } from "../netlist/index.js";
import type { NodeRef } from "./file-nodes.js";
import type { Corners, Pair } from "./frame.js";
import type { PlacementCost } from "./placement-cost.js";
import { listText, numberText, realText, tupleText } from "./wire.js";

/** Types of arguments, by name. A node is an index or a name. */
interface Types {
  readonly node: NodeRef;
  readonly nodes: readonly NodeRef[];
  readonly int: number;
  readonly number: number;
  readonly text: string;
  readonly bool: boolean;
  readonly ints: readonly number[];
  readonly numbers: readonly number[];
  readonly corners: Corners;
  /** Accepted and not looked at. */
  readonly any: unknown;
}
type Type = keyof Types;
type Arguments<T extends readonly Type[]> = { readonly [I in keyof T]: Types[T[I]] };

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isList = (value: unknown, of: (item: unknown) => boolean) => Array.isArray(value) && value.every(of);
const isNode = (value: unknown) => Number.isSafeInteger(value) || typeof value === "string";

const CHECKS: Readonly<
  Record<Type, { readonly is: (value: unknown) => boolean; readonly expected: string }>
> = {
  node: { is: isNode, expected: "a node's index or name" },
  nodes: { is: (value) => isList(value, isNode), expected: "a list of nodes" },
  int: { is: Number.isSafeInteger, expected: "a whole number" },
  number: { is: isNumber, expected: "a number" },
  text: { is: (value) => typeof value === "string", expected: "a text" },
  bool: {
    is: (value) => typeof value === "boolean" || value === 0 || value === 1,
    expected: "true or false",
  },
  ints: { is: (value) => isList(value, Number.isSafeInteger), expected: "a list of whole numbers" },
  numbers: { is: (value) => isList(value, isNumber), expected: "a list of numbers" },
  corners: {
    is: (value) => isList(value, isNumber) && (value as unknown[]).length === 4,
    expected: "a list of four numbers",
  },
  any: { is: () => true, expected: "anything" },
};

interface Call {
  readonly types: readonly Type[];
  /** How many of them must be given. */
  readonly needed: number;
  /** The reply's text. */
  readonly run: (cost: PlacementCost, args: readonly unknown[]) => string | Promise<string>;
}

/** How a result is written. */
const as = {
  status: () => "true",
  nothing: () => "null",
  bool: String,
  text: (value: string) => JSON.stringify(value),
  int: numberText,
  real: realText,
  ints: (values: Iterable<number>) => listText(values, numberText),
  reals: (values: Iterable<number>) => listText(values, realText),
  pair: ([first, second]: Pair) => tupleText(realText(first), realText(second)),
  intPair: ([first, second]: Pair) => tupleText(numberText(first), numberText(second)),
} as const;

function call<const T extends readonly Type[], R>(
  types: T,
  reply: (result: R) => string,
  run: (cost: PlacementCost, ...args: Arguments<T>) => R,
): Call {
  return {
    types,
    needed: types.filter((type) => type !== "any").length,
    run: (cost, args) => reply(run(cost, ...(args as unknown as Arguments<T>))),
  };
}

/** A call that ends later: files are written. */
function later<const T extends readonly Type[]>(
  types: T,
  run: (cost: PlacementCost, ...args: Arguments<T>) => Promise<void>,
): Call {
  return {
    types,
    needed: types.length,
    run: (cost, args) => run(cost, ...(args as unknown as Arguments<T>)).then(as.status),
  };
}

const listOfCorners = (areas: readonly (readonly number[])[]) => `[${areas.map(as.reals).join(",")}]`;

const getNodeMask = call(["node"], as.ints, (cost, node) => cost.getNodeMask(node));
const placeNode = call(["node", "int"], as.status, (cost, node, cell) => cost.placeNode(node, cell));
const unplaceNode = call(["node"], as.status, (cost, node) => cost.unplaceNode(node));
const updateNodeCoords = call(["node", "number", "number", "any"], as.status, (cost, node, x, y) =>
  cost.updateNodeCoords(node, x, y),
);
const updateMacroOrientation = call(["node", "text"], as.status, (cost, node, orientation) =>
  cost.updateMacroOrientation(node, orientation),
);
const allowHardMacrosOverStdcells = call(["bool"], as.nothing, (cost, isAllowed) =>
  cost.allowHardMacrosOverStdcells(isAllowed),
);

const CALLS: Readonly<Record<string, Call>> = {
  // Nodes.
  NumNodes: call([], as.int, (cost) => cost.numNodes()),
  GetNodeType: call(["node"], as.text, (cost, node) => cost.getNodeType(node)),
  GetNodeName: call(["node"], as.text, (cost, node) => cost.getNodeName(node)),
  GetNodeIndex: call(["node"], as.int, (cost, node) => cost.getNodeIndex(node)),
  GetMacroIndices: call([], as.ints, (cost) => cost.getMacroIndices()),
  IsNodeSoftMacro: call(["node"], as.bool, (cost, node) => cost.isNodeSoftMacro(node)),
  GetNodeWidthHeight: call(["node"], as.pair, (cost, node) => cost.getNodeWidthHeight(node)),
  GetRefNodeId: call(["node"], as.int, (cost, node) => cost.getRefNodeId(node)),
  GetNodeWeight: call(["node"], as.real, (cost, node) => cost.getNodeWeight(node)),
  GetFanOutsOfNode: call(["node"], as.ints, (cost, node) => cost.getFanOutsOfNode(node)),
  GetMacroOrientation: call(["node"], as.text, (cost, node) => cost.getMacroOrientation(node)),
  GetNodeLocation: call(["node"], as.pair, (cost, node) => cost.getNodeLocation(node)),
  GetNodeLocations: call(
    ["nodes"],
    (places: readonly Pair[]) => `[${places.map(as.pair).join(",")}]`,
    (cost, nodes) => cost.getNodeLocations(nodes),
  ),
  IsNodePlaced: call(["node"], as.bool, (cost, node) => cost.isNodePlaced(node)),
  IsNodeFixed: call(["node"], as.bool, (cost, node) => cost.isNodeFixed(node)),
  GetGridCellOfNode: call(["node"], as.int, (cost, node) => cost.getGridCellOfNode(node)),
  GetArea: call([], as.real, (cost) => cost.getArea()),
  GetSourceFilename: call([], as.text, (cost) => cost.getSourceFilename()),
  GetProjectName: call([], as.text, (cost) => cost.getProjectName()),
  SetProjectName: call(["text"], as.nothing, (cost, name) => cost.setProjectName(name)),
  GetBlockName: call([], as.text, (cost) => cost.getBlockName()),
  SetBlockName: call(["text"], as.nothing, (cost, name) => cost.setBlockName(name)),

  // Canvas, grids, technology.
  SetCanvasSize: call(["number", "number"], as.status, (cost, width, height) =>
    cost.setCanvasSize(width, height),
  ),
  GetCanvasWidthHeight: call([], as.pair, (cost) => cost.getCanvasWidthHeight()),
  SetPlacementGrid: call(["int", "int"], as.status, (cost, columns, rows) =>
    cost.setPlacementGrid(columns, rows),
  ),
  GetGridNumColumnsRows: call([], as.intPair, (cost) => cost.getGridNumColumnsRows()),
  SetCongestionGrid: call(["int", "int"], as.status, (cost, columns, rows) =>
    cost.setCongestionGrid(columns, rows),
  ),
  GetCongestionGridNumColumnsRows: call([], as.intPair, (cost) => cost.getCongestionGridNumColumnsRows()),
  SetRoutesPerMicron: call(["number", "number"], as.nothing, (cost, horizontal, vertical) =>
    cost.setRoutesPerMicron(horizontal, vertical),
  ),
  GetRoutesPerMicron: call([], as.pair, (cost) => cost.getRoutesPerMicron()),
  SetMacroRoutingAllocation: call(["number", "number"], as.nothing, (cost, horizontal, vertical) =>
    cost.setMacroRoutingAllocation(horizontal, vertical),
  ),
  GetMacroRoutingAllocation: call([], as.pair, (cost) => cost.getMacroRoutingAllocation()),
  SetCongestionSmoothRange: call(["number"], as.nothing, (cost, range) =>
    cost.setCongestionSmoothRange(range),
  ),
  GetCongestionSmoothRange: call([], as.int, (cost) => cost.getCongestionSmoothRange()),
  SetOverlapThreshold: call(["number"], as.nothing, (cost, threshold) => cost.setOverlapThreshold(threshold)),
  GetOverlapThreshold: call([], as.real, (cost) => cost.getOverlapThreshold()),
  SetCanvasBoundaryCheck: call(["bool"], as.nothing, (cost, isOn) =>
    cost.setCanvasBoundaryCheck(Boolean(isOn)),
  ),
  GetCanvasBoundaryCheck: call([], as.bool, (cost) => cost.getCanvasBoundaryCheck()),
  CreateBlockage: call(
    ["number", "number", "number", "number", "number"],
    as.nothing,
    (cost, left, bottom, right, top, rate) => cost.createBlockage([left, bottom, right, top], rate),
  ),
  GetBlockages: call([], listOfCorners, (cost) => cost.getBlockages()),
  AddAreaConstraint: call(["nodes", "corners"], as.nothing, (cost, nodes, area) =>
    cost.addAreaConstraint(nodes, area),
  ),
  GetAreaConstraint: call(["node"], listOfCorners, (cost, node) => cost.getAreaConstraint(node)),
  HasAreaConstraint: call([], as.bool, (cost) => cost.hasAreaConstraint()),
  GetMacroBloatWidth: call([], as.real, (cost) => cost.getMacroBloatWidth()),
  GetMacroBloatHeight: call([], as.real, (cost) => cost.getMacroBloatHeight()),
  AllowHardMacrosOverStdcells: allowHardMacrosOverStdcells,
  AllowHardMacrosOverStdCells: allowHardMacrosOverStdcells,
  SetUseIncrementalCost: call(["bool"], as.nothing, (cost, isOn) =>
    cost.setUseIncrementalCost(Boolean(isOn)),
  ),
  GetUseIncrementalCost: call([], as.bool, (cost) => cost.getUseIncrementalCost()),

  // Placing.
  GetNodeMask: getNodeMask,
  GetNodeMaskByName: getNodeMask,
  CanPlaceNode: call(["node", "int"], as.bool, (cost, node, cell) => cost.canPlaceNode(node, cell)),
  PlaceNode: placeNode,
  PlaceNodeByName: placeNode,
  UnplaceNode: unplaceNode,
  UnplaceNodeByName: unplaceNode,
  UnplaceAllNodes: call([], as.nothing, (cost) => cost.unplaceAllNodes()),
  UpdateNodeCoords: updateNodeCoords,
  UpdateNodeCoordsByName: updateNodeCoords,
  FixNodeCoord: call(["node"], as.status, (cost, node) => cost.fixNodeCoord(node)),
  UnfixNodeCoord: call(["node"], as.status, (cost, node) => cost.unfixNodeCoord(node)),
  UpdateMacroOrientation: updateMacroOrientation,
  UpdateMacroOrientationByName: updateMacroOrientation,
  UpdatePortSides: call([], as.nothing, (cost) => cost.updatePortSides()),
  SnapPortsToEdges: call([], as.nothing, (cost) => cost.snapPortsToEdges()),
  MakeSoftMacrosSquare: call([], as.nothing, (cost) => cost.makeSoftMacrosSquare()),
  RestorePlacement: call(["text"], as.status, (cost, path) => cost.restorePlacement(path)),
  SavePlacement: later(["text", "text"], (cost, path, info) => cost.savePlacement(path, info)),
  // Standard cells are not written, which the original netlist and the groups are for.
  SavePlacementPnr: later(
    ["text", "text", "text", "text", "text"],
    (cost, path, _netlist, _groups, tool, project) => cost.savePlacementPnr(path, tool, project),
  ),
  OptimizeStdcells: call(
    ["bool", "bool", "bool", "bool", "bool", "number", "ints", "numbers", "numbers", "numbers"],
    as.status,
    (cost, ...args) =>
      cost.optimizeStdcells({
        useCurrentLoc: Boolean(args[0]),
        moveStdcells: Boolean(args[1]),
        moveMacros: Boolean(args[2]),
        logScaleConns: Boolean(args[3]),
        useSizes: Boolean(args[4]),
        ioFactor: args[5],
        numSteps: args[6],
        maxMoveDistance: args[7],
        attractFactor: args[8],
        repelFactor: args[9],
      }),
  ),
  DisconnectNets: call(["nodes"], as.nothing, (cost, nodes) => cost.disconnectNets(nodes)),

  // Costs.
  GetCost: call([], as.real, (cost) => cost.getCost()),
  GetWirelength: call([], as.real, (cost) => cost.getWirelength()),
  GetDensityCost: call([], as.real, (cost) => cost.getDensityCost()),
  GetCongestionCost: call([], as.real, (cost) => cost.getCongestionCost()),
  GetGridCellsDensity: call([], as.reals, (cost) => cost.getGridCellsDensity()),
  GetHorizontalRoutingCongestion: call([], as.reals, (cost) => cost.getHorizontalRoutingCongestion()),
  GetVerticalRoutingCongestion: call([], as.reals, (cost) => cost.getVerticalRoutingCongestion()),
  GetCongestionCostThreshold: call(["number"], as.pair, (cost, threshold) =>
    cost.getCongestionCostThreshold(threshold),
  ),
  GetOverlapCost: call([], as.real, (cost) => cost.getOverlapCost()),
  AddFakeNet: call(["number", "nodes"], as.nothing, (cost, weight, nodes) => cost.addFakeNet(weight, nodes)),
  GetFakeNets: call(
    [],
    (nets: ReturnType<PlacementCost["getFakeNets"]>) =>
      `[${nets.map(({ weight, nodes }) => tupleText(realText(weight), as.ints(nodes))).join(",")}]`,
    (cost) => cost.getFakeNets(),
  ),
  GetFakeNetCost: call([], as.real, (cost) => cost.getFakeNetCost()),
  GetMacroAdjacency: call([], as.ints, (cost) => cost.getMacroAdjacency()),
  GetMacroAndClusteredPortAdjacency: call(
    [],
    ({ matrix, cells }: ReturnType<PlacementCost["getMacroAndClusteredPortAdjacency"]>) =>
      tupleText(as.ints(matrix), as.ints(cells)),
    (cost) => cost.getMacroAndClusteredPortAdjacency(),
  ),
};

/** Names of all calls with the types of their arguments. */
export const CALL_TYPES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(CALLS).map(([name, { types }]) => [name, types]),
);

/** Runs a call and gives the text of its reply. Throws `InputError` for an unknown call and for wrong arguments. */
export function runCall(
  cost: PlacementCost,
  name: string,
  args: readonly unknown[],
): string | Promise<string> {
  const called = Object.hasOwn(CALLS, name) ? CALLS[name]! : undefined;
  if (!called) throw new InputError(`call '${name}'`, "there is no such call");
  const { types, needed } = called;
  if (args.length < needed || args.length > types.length) {
    const expected = needed === types.length ? needed : `${needed} to ${types.length}`;
    throw new InputError(name, `${args.length} arguments, ${expected} were expected`);
  }
  args.forEach((value, i) => {
    const { is, expected } = CHECKS[types[i]!];
    if (!is(value))
      throw new InputError(name, `argument ${i + 1} is ${shown(value)}, ${expected} was expected`);
  });
  return called.run(cost, args);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
