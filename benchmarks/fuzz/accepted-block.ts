// What every block that a reader accepted must satisfy: its legality and costs are right, and what our writers make of
// it reads back the same.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Costs, checkLegality, Judge, type Legality } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import {
  type Block,
  defPlacesOf,
  frameOf,
  InputError,
  type LoadedDef,
  loadBlock,
  loadDef,
  NodeKind,
  nodesOfKind,
  pbNetlistPieces,
  plcText,
  readPlacement,
  readWordChunks,
  toPbForm,
  writeBookshelf,
  writeDef,
  writePbNetlist,
  writePlc,
} from "../../netlist/index.js";
import { judgeTwin } from "../../test/twins/judge-twin.js";
import { legalityTwin } from "../../test/twins/legality-twin.js";

/** Relative, of the judge against its twin. */
const TOLERANCE = 1e-6;
/** The twin looks at every cell for every node, and at every pin for every pin of a net. */
const MOST_TWIN_STEPS = 2e6;
/** The O(n²) check. */
const MOST_MACROS = 3000;
/** More text is not written again, characters. */
const MOST_TEXT = 2_000_000;
/** A pin is at most 4 half-perimeters from the canvas's corner, either way and in x and y. */
const MOST_WIRELENGTH_COST = 16;
/** Maps sum up to 2^20 full cells. */
const MOST_MAP_COST = 2 ** 20;

/** Throws an error that is no `InputError` if something about an accepted block is wrong. */
export async function checkAccepted(block: Block, folder: string): Promise<void> {
  checkLegalityOf(block);
  checkCostsOf(block);
  await checkWritten(block, folder);
}

function checkLegalityOf(block: Block): void {
  if (nodesOfKind(block, NodeKind.HardMacro).length > MOST_MACROS) return;
  const own = checkLegality(block, block.initial);
  const twin = legalityTwin(block, block.initial);
  for (const name of Object.keys(twin) as (keyof Legality)[])
    mustEqual(own[name], twin[name], `legality: ${name}`);
}

function checkCostsOf(block: Block): void {
  let costs: Costs;
  try {
    costs = new Judge(Kernels.create(), block).evaluate(block.initial);
  } catch (error) {
    if (error instanceof InputError) return; // the judge's door, see env/cost/ranges.ts
    throw error;
  }
  const { wirelength, wirelengthCost, densityCost, congestionCost } = costs;
  const bounds = [
    [wirelength, Number.MAX_VALUE],
    [wirelengthCost, MOST_WIRELENGTH_COST],
    [densityCost, MOST_MAP_COST],
    [congestionCost, MOST_MAP_COST],
  ] as const;
  for (const [cost, most] of bounds)
    if (!(cost >= 0 && cost <= most)) throw new Error(`cost out of bounds: ${JSON.stringify(costs)}`);
  const cells = block.grid.columns * block.grid.rows;
  let pinSteps = 0;
  for (let net = 0; net < block.netCount; net++)
    pinSteps += (block.netStarts[net + 1]! - block.netStarts[net]!) ** 2;
  const reach = 2 * Math.min(block.smoothing, Math.max(block.grid.columns, block.grid.rows)) + 1;
  const widest = Math.max(block.grid.columns, block.grid.rows);
  if (cells * (block.nodeCount + reach + widest) + pinSteps > MOST_TWIN_STEPS) return;
  const twin = judgeTwin(block, block.initial);
  // Fixed point has its own smallest unit: 2^-42 of a full cell, and of wirelength less than 1e-9 half-perimeters.
  for (const name of ["wirelengthCost", "densityCost", "congestionCost"] as const)
    if (!(Math.abs(costs[name] - twin[name]) <= TOLERANCE * Math.max(twin[name], 1e-3)))
      throw new Error(`${name} is ${costs[name]}, the plain evaluation gives ${twin[name]}`);
}

/** Writes the block in every format that takes it, and reads it again. Writers may refuse; readers may not. */
async function checkWritten(block: Block, folder: string): Promise<void> {
  if (block.netPins.length + block.nodeCount > MOST_TEXT / 40) return;
  if (block.nodeNames.reduce((sum, name) => sum + name.length, 0) > MOST_TEXT) return;
  const out = join(folder, "written");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const plc = join(out, "places.plc");
  if (await wasWritten(() => writePlc(plc, block, block.initial))) {
    const again = await mustRead(() => readPlacement(plc, block));
    mustEqual(
      plcText(block, again, { thisFile: "places.plc" }),
      readFileSync(plc, "utf8"),
      "places written and read",
    );
  }
  await checkPb(block, join(out, "pb"));
  await checkBookshelf(block, join(out, "bookshelf"));
}

async function checkPb(block: Block, folder: string): Promise<void> {
  mkdirSync(folder);
  const netlist = join(folder, "netlist.pb.txt");
  let form = block;
  const written = await wasWritten(async () => {
    const plain =
      frameOf(block) === undefined && nodesOfKind(block, NodeKind.StandardCell).length === 0 && !block.fences;
    form = plain ? block : toPbForm(netlist, block).block;
    await writePbNetlist(netlist, form, form.initial, { canvas: form.canvas });
    await writePlc(join(folder, "initial.plc"), form, form.initial);
  });
  if (!written) return;
  const again = await mustRead(() => loadBlock(folder));
  const text = [...pbNetlistPieces(netlist, again, again.initial, { canvas: again.canvas })].join("");
  mustEqual(text, readFileSync(netlist, "utf8"), "netlist written and read");
  const frame = ({ canvas, grid, routing, smoothing, overlapThreshold, blockages }: Block) =>
    JSON.stringify({ canvas, grid, routing, smoothing, overlapThreshold, blockages });
  mustEqual(frame(again), frame(form), "canvas and rules written and read");
  mustEqual([...again.initial.xs].join(), [...form.initial.xs].join(), "places written and read");
}

async function checkBookshelf(block: Block, folder: string): Promise<void> {
  mkdirSync(folder);
  const aux = join(folder, "t.aux");
  let files: readonly string[] = [];
  const written = await wasWritten(async () => {
    files = await writeBookshelf(aux, block, block.initial);
  });
  if (!written) return;
  const before = files.map((file) => readFileSync(file, "utf8"));
  const again = await mustRead(() => loadBlock(aux));
  const second = await mustRead(() => writeBookshelf(aux, again, again.initial));
  for (const [i, file] of second.entries())
    mustEqual(readFileSync(file, "utf8"), before[i], `${file.slice(-6)} written and read`);
}

/** A design that is written again, unchanged or with its macros where they stand, reads as it did. */
export async function checkDesign(loaded: LoadedDef, folder: string, lef: string): Promise<void> {
  const out = join(folder, "written.def");
  if (!(await wasWritten(() => writeDef(out, loaded, new Map())))) return;
  const pieces: Buffer[] = [];
  for await (const piece of readWordChunks(loaded.design.path, { keepMark: true })) pieces.push(piece);
  const [written, original] = [readFileSync(out, "utf8"), Buffer.concat(pieces).toString("utf8")];
  mustEqual(written, original, "a design of which nothing moved");
  const { routing } = loaded.block;
  const places = defPlacesOf(loaded, loaded.block.initial);
  if (!(await wasWritten(() => writeDef(out, loaded, places)))) return;
  const again = await mustRead(() => loadDef(out, { lef: [lef], defaultRouting: routing }));
  for (const [component, place] of places) {
    const { components } = again.design;
    const found = [components.xs[component], components.ys[component], components.orientations[component]];
    mustEqual(
      found.join(),
      [place.x, place.y, place.orientation].join(),
      "places of a design written and read",
    );
  }
}

async function wasWritten(write: () => unknown): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

async function mustRead<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError) throw new Error(`what we wrote is refused: ${error.message}`);
    throw error;
  }
}

function mustEqual(found: unknown, expected: unknown, what: string): void {
  if (Object.is(found, expected)) return;
  const [a, b] = [String(found), String(expected)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const near = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 60));
  throw new Error(`${what}: ${near(a)} instead of ${near(b)}`);
}
