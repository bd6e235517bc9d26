// Generated blocks, for training and tests. A family draws an outline (memories, logic, buses), the floorplan adds a
// canvas on which random placements work, and the outline becomes nodes, pins and nets. Pin counts, fan-out, weights
// and areas resemble those of the clustered open benchmark blocks.
import { append } from "../arrays.js";
import { type Block, DEFAULT_ROUTING, NodeKind } from "../block.js";
import { NetlistDraft } from "../netlist-draft.js";
import { Random } from "../random.js";
import { familyOutline } from "./families.js";
import { type Floorplan, makeFloorplan } from "./floorplan.js";
import { Logic } from "./logic.js";
import { checkGenerateOptions, type GenerateOptions } from "./options.js";
import { flatOutline, type Outline } from "./outline.js";
import { placeBuses } from "./ports.js";
import { addBank, connectBank, connectBroadcast, connectBus, connectLink } from "./wiring.js";

/**
 * A block from a seed: the same options give the same block. Random placements of its macros reach the end at least
 * fourteen times out of sixteen. Throws `InputError` for options out of range and for blocks that find no such room.
 */
export function generateBlock(options: GenerateOptions): Block {
  checkGenerateOptions(options);
  const { seed, macros, family = "flat" } = options;
  const stream = (purpose: string) => Random.stream(seed, "generate", purpose);
  const outline = family === "flat" ? flatOutline(options, stream) : familyOutline(family, options, stream);
  const sizes = outline.banks.flatMap(({ type, macros }) => Array.from({ length: macros }, () => type));
  const hardArea = sizes.reduce((area, { width, height }) => area + width * height, 0);
  const area = hardArea / (1 - outline.softShare);
  const floorplan = makeFloorplan(
    {
      sizes,
      area,
      utilisation: outline.utilisation,
      asked: options.utilisation !== undefined,
      aspect: outline.aspect,
      cells: outline.cells,
      blockages: options.blockages ?? 0,
      fixedMacros: options.fixedMacros ?? 0,
    },
    stream,
  );
  const draft = new NetlistDraft();
  const hardNodes = addNodes(draft, { outline, floorplan, softArea: area - hardArea }, stream);
  const kind = family === "flat" ? "" : `${family}_`;
  const { netlist, places } = draft.finish(options.name ?? `generated_${kind}${macros}_${seed}`);
  const fixed = Uint8Array.from(netlist.kinds, (kind) => (kind === NodeKind.Port ? 1 : 0));
  for (const [macro, [x, y]] of floorplan.fixed) {
    const node = hardNodes[macro]!;
    fixed[node] = 1;
    places.xs[node] = x;
    places.ys[node] = y;
  }
  return {
    ...netlist,
    fixed,
    canvas: floorplan.canvas,
    grid: floorplan.grid,
    routing: options.routing ?? DEFAULT_ROUTING,
    smoothing: options.smoothing ?? 0,
    overlapThreshold: 0,
    blockages: floorplan.blockages,
    initial: places,
  };
}

interface Plan {
  readonly outline: Outline;
  readonly floorplan: Floorplan;
  /** Area of all soft macros, µm². */
  readonly softArea: number;
}

/** Fills the draft: ports, hard macros, soft macros, nets. Returns the nodes of the hard macros. */
function addNodes(
  draft: NetlistDraft,
  { outline, floorplan, softArea }: Plan,
  stream: (purpose: string) => Random,
): number[] {
  const { canvas, grid } = floorplan;
  const { banks, buses } = outline;
  const busPlaces = placeBuses(buses, canvas, stream("edges"));
  const busPins = busPlaces.map((places, bus) =>
    places.map(([x, y], bit) => draft.addPort(`bus${bus}[${bit}]`, x, y)),
  );
  const hardNodes: number[] = [];
  const bankPins = banks.map((bank, index) => {
    const { nodes, pins } = addBank(draft, bank, index);
    append(hardNodes, nodes);
    return pins;
  });
  const logic = new Logic(
    draft,
    {
      count: outline.softMacros,
      area: softArea,
      width: canvas.width / grid.columns,
      style: outline.style,
    },
    stream("logic"),
  );
  banks.forEach((bank, index) => {
    const connection = { pins: bankPins[index]!, home: logic.at(bank.home), random: stream(`bank ${index}`) };
    connectBank({ draft, logic }, bank, connection);
  });
  busPins.forEach((pins, bus) => {
    connectBus({ draft, logic }, buses[bus]!, { pins, random: stream(`bus ${pins[0]}`) });
  });
  outline.links.forEach((link, index) => {
    connectLink(logic, link, stream(`link ${index}`));
  });
  outline.broadcasts.forEach((broadcast, index) => {
    connectBroadcast(logic, broadcast, stream(`broadcast ${index}`));
  });
  logic.connectInside();
  logic.emitOutputs();
  return hardNodes;
}
