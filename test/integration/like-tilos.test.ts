// `--like tilos`: what the headers of TILOS' placements of the ICCAD04 suite say. Their costs are of clustered netlists that
// are not here, so the settings are compared.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { evaluate, place } from "../../flow/index.js";
import { loadBlockWith } from "../../flow/load-block.js";
import {
  DEFAULT_ROUTING,
  loadBlock,
  loadBookshelf,
  NodeKind,
  nodesOfKind,
  readPlc,
} from "../../netlist/index.js";
import { ashlar } from "../support/command.js";
import { SHARED, withoutShared } from "../support/shared-data.js";
import { makeFolder } from "../support/temp-folder.js";
import { writeTinySet } from "../unit/netlist/formats/bookshelf/tiny-set.js";

const ICCAD04 = join(SHARED, "benchmarks/iccad04");

for (const name of ["ibm01", "ibm02", "ibm03", "ibm06"])
  test(`${name} has the canvas, grid, tracks and smoothing of its header`, {
    skip: withoutShared,
  }, async () => {
    const header = await readPlc(join(ICCAD04, name, "tilos_initial.plc.gz"));
    const block = await loadBlockWith(join(ICCAD04, name), { like: "tilos" });
    assert.deepEqual(
      [block.grid, block.smoothing, block.overlapThreshold],
      [header.grid, header.smoothing, header.overlapThreshold],
    );
    const perMicron = Object.entries(block.routing).map(([key, tracks]) => [key, tracks * 100]);
    for (const [key, tracks] of perMicron)
      assert.ok(
        Math.abs(Number(tracks) - header.routing![key as keyof typeof header.routing]) < 1e-9,
        `${key}`,
      );
    assert.deepEqual(
      [block.canvas.width / 100, block.canvas.height / 100],
      [header.canvas!.width, header.canvas!.height],
    );
  });

test("tracks, smoothing and threshold of any set; --grid, --routes, --macro-routes and --smoothing override", async () => {
  const aux = writeTinySet();
  const plain = await loadBookshelf(aux, DEFAULT_ROUTING);
  const { block } = await evaluate(aux, { like: "tilos" });
  assert.deepEqual(block.routing, {
    horizontal: 0.65957,
    vertical: 1.06957,
    horizontalUsedByMacros: 0.30304,
    verticalUsedByMacros: 0.71304,
  });
  assert.deepEqual([block.smoothing, block.overlapThreshold, block.grid], [2, 0.004, plain.block.grid]);
  const asked = { grid: "8x6", routes: "3,4", macroRoutes: "1,2", smoothing: 0 };
  const given = (await evaluate(aux, { like: "tilos", ...asked })).block;
  assert.deepEqual([given.grid, given.smoothing], [{ columns: 8, rows: 6 }, 0]);
  assert.deepEqual(Object.values(given.routing), [3, 4, 1, 2]);
});

test("soft macros are as large as their cells, and the run's folder keeps all settings", async () => {
  const area = async (options: object) => {
    const out = join(makeFolder(), "run");
    const summary = await place(writeTinySet(), {
      method: "random",
      iterations: 1,
      workers: 1,
      grid: "6x9",
      out,
      ...options,
    });
    const block = await loadBlock(out);
    const { score } = await evaluate(out);
    assert.equal(score.proxy_cost, summary.proxy_cost);
    const soft = nodesOfKind(block, NodeKind.SoftMacro);
    return soft.reduce((sum, node) => sum + block.widths[node]! * block.heights[node]!, 0);
  };
  const cells = 4 * 10 + 6 * 10;
  assert.ok(Math.abs((await area({ like: "tilos" })) - cells) < 1e-3);
  assert.ok(Math.abs((await area({})) - 2 * cells) < 1e-3);
});

test("it is refused for blocks of other formats, and for other names", async () => {
  const refused = async (args: readonly string[], message: RegExp) => {
    const { code, stderr } = await ashlar(...args);
    assert.equal(code, 1);
    assert.match(stderr, message);
  };
  await refused(
    ["info", "examples/design", "--like", "tilos"],
    /^ashlar: --like: is for Bookshelf sets, and 'examples\/design' is none; leave it out\n$/,
  );
  await refused(["eval", writeTinySet(), "--like", "google"], /--like.*google/);
});
