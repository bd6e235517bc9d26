// The costs of a run's flat output, in every format: `flat` in the summary is, to the last bit, what the written file costs
// when it is read again.
import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { convert, evaluate, generateCommand, type PlaceOptions, place } from "../../flow/index.js";
import { makeFolder } from "../support/temp-folder.js";
import { TINY_SET, writeTinySet } from "../unit/netlist/formats/bookshelf/tiny-set.js";
import { COMPONENTS, makeDesign, TINY_DEF } from "../unit/netlist/formats/lefdef/tiny-design.js";

const COSTS = ["wirelength", "wirelength_cost", "density_cost", "congestion_cost", "proxy_cost"];

type Costs = Readonly<Record<string, unknown>>;

async function placed(block: string, options: PlaceOptions = {}) {
  const run = join(makeFolder(), "run");
  const quick: PlaceOptions = { method: "random", iterations: 1, workers: 1, out: run };
  const summary = await place(block, { ...quick, ...options });
  return { run, summary, flat: summary.flat as unknown as Costs };
}

function assertCosts(found: object, expected: object, what: string): void {
  const only = (costs: object) => COSTS.map((name) => [name, (costs as Costs)[name]]);
  assert.deepEqual(only(found), only(expected), what);
}

const costsOf = async (...args: Parameters<typeof evaluate>) => (await evaluate(...args)).score;

async function converted(run: string, name: string): Promise<string> {
  const out = join(makeFolder(), name);
  await convert(run, out);
  return out;
}

test("DEF without places of cells: eval RUN/best.def and the converted .plc cost what `flat` says", async () => {
  const design = "examples/design";
  const { run, summary, flat } = await placed(design);
  assert.deepEqual(Object.keys(flat), COSTS);
  assert.notEqual(flat.proxy_cost, summary.proxy_cost);
  assertCosts(await costsOf(join(run, "best.def")), flat, "best.def");
  const plc = await converted(run, "x.plc");
  assertCosts(await costsOf(design, { placement: plc }), flat, "x.plc");
  assertCosts(await costsOf(run), summary, "the run");
  // Elsewhere nobody knows where the cells are.
  const lone = join(makeFolder(), "lone.def");
  cpSync(join(run, "best.def"), lone);
  await assert.rejects(evaluate(lone, { lef: [design] }), /820 of 895 nodes have no place/);
});

/** The tiny design, its die away from 0, with more cells; those of the first half are placed if they all are. */
function tinyDef(areAllPlaced: boolean): string {
  const cells = Array.from({ length: 30 }, (_, i) => {
    const place = `PLACED ( ${20_000 + 2_500 * (i % 10)} ${40_000 + 2_000 * (i % 3)} ) ${i % 2 ? "FS" : "N"}`;
    return `- a${i} FF + ${areAllPlaced || i < 10 ? place : "UNPLACED"} ;`;
  });
  const nets = cells.map(
    (_, i) => `- m${i} ( a${i} O ) ( a${(i * 7 + 1) % 30} D ) ${i % 5 ? "" : "( mem/b Q ) "};`,
  );
  return TINY_DEF.replace(
    COMPONENTS,
    COMPONENTS.replace("COMPONENTS 4", "COMPONENTS 34")
      .replace("+ UNPLACED", "+ PLACED ( 90000 30000 ) FN")
      .replace("END COMPONENTS", `${cells.join("\n")}\nEND COMPONENTS`),
  )
    .replace("NETS 4", `NETS ${4 + nets.length}`)
    .replace("- lone ( mem/b Q ) ;\nEND NETS", `- lone ;\n${nets.join("\n")}\nEND NETS`);
}

for (const areAllPlaced of [true, false])
  test(`DEF, ${areAllPlaced ? "all" : "some"} cells placed: they stay, and the file costs what \`flat\` says`, async () => {
    const path = makeDesign(tinyDef(areAllPlaced));
    const { run, flat } = await placed(path, { clusters: 3 });
    assertCosts(await costsOf(join(run, "best.def")), flat, "best.def");
    const plc = await converted(run, "x.plc");
    assertCosts(await costsOf(path, { placement: plc }), flat, "x.plc");
    const def = await converted(run, "x.def");
    const elsewhere = costsOf(def, { lef: [dirname(path)] });
    if (areAllPlaced) assertCosts(await elsewhere, flat, "x.def elsewhere");
    else await assert.rejects(elsewhere, /20 of 36 nodes have no place/);
  });

test("unplaced pins of a DEF are at the canvas's centre in `flat` and in eval RUN/best.def", async () => {
  const path = makeDesign(tinyDef(true).replace(" + PLACED ( 60000 80000 ) S ;\nEND PINS", " ;\nEND PINS"));
  const { run, flat } = await placed(path, { clusters: 3 });
  assertCosts(await costsOf(join(run, "best.def")), flat, "best.def");
});

test("Bookshelf: best.pl, and the run as .plc and as a set, cost what `flat` says", async () => {
  // Places that no six digits hold.
  const third = (text: string) => text.replace("q 140 70", "q 140.33333333333 70.666666666667");
  const aux = writeTinySet({ "t.pl": third(TINY_SET["t.pl"]!) });
  const { run, summary, flat } = await placed(aux, { grid: "6x9" });
  assert.notEqual(flat.wirelength, summary.wirelength);
  const grid = "6x9";
  for (const placement of [join(run, "best.pl"), await converted(run, "x.plc"), await converted(run, "x.pl")])
    assertCosts(await costsOf(aux, { grid, placement }), flat, placement);
  assertCosts(await costsOf(await converted(run, "y.aux"), { grid }), flat, "y.aux");
  assertCosts(await costsOf(join(run, "best.pl")), flat, "best.pl as a block");
});

test("flat netlist text: the run as a directory and as .plc costs what `flat` says", async () => {
  const block = await converted("examples/design", "flat/");
  const { run, flat } = await placed(block);
  assertCosts(await costsOf(await converted(run, "again/")), flat, "directory");
  const plc = await converted(run, "x.plc");
  assertCosts(await costsOf(block, { placement: plc }), flat, "x.plc");
});

test("a clustered netlist has no flat output: best.plc and the run as a directory cost what was reported", async () => {
  const block = join(makeFolder(), "block");
  await generateCommand({ macros: 6, seed: 1, out: block });
  const { run, summary, flat } = await placed(block);
  assert.equal(flat, undefined);
  assertCosts(await costsOf(run), summary, "the run");
  assertCosts(await costsOf(block, { placement: join(run, "best.plc") }), summary, "best.plc");
  assertCosts(await costsOf(await converted(run, "again/")), summary, "directory");
});

test("a run whose design is gone leaves best.def a plain design", async () => {
  const path = makeDesign(tinyDef(true));
  const { run, flat } = await placed(path, { clusters: 3 });
  rmSync(path);
  assertCosts(await costsOf(join(run, "best.def"), { lef: [dirname(path)] }), flat, "best.def");
});
