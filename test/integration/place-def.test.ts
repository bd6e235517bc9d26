// Real designs from end to end: placed, legal, within their constraints, written back, and read by KLayout.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { evaluate, place } from "../../flow/index.js";
import { checkConstraints, DEFAULT_ROUTING, defFiles, loadDef, NodeKind } from "../../netlist/index.js";
import { assertMacrosAsIn, assertSameInKlayout, withoutKlayout } from "../support/klayout.js";
import { SHARED, withoutShared } from "../support/shared-data.js";
import { makeFolder } from "../support/temp-folder.js";

const BENCHMARKS = join(SHARED, "benchmarks");
const OPENROAD = join(BENCHMARKS, "lef/openroad_ng45");
/** A LEF file whose masters another one has, too, with the same boxes; KLayout refuses to read both. */
const DEFINES_AGAIN = "macro_only.lef";

/** Design, LEF files that are not beside it, and how many of its macros may move. */
const DESIGNS: readonly [string, string[], number][] = [
  ["lefdef/gcd_mem1_ng45", [], 1],
  ["lefdef/gcd_mem5_ng45", [], 0],
  ["lefdef/riscv_asap7", [], 0],
  ["lefdef/ct_ariane", [], 133],
  ["lefdef/mempool_tile_ng45", [join(BENCHMARKS, "lef/ng45")], 20],
  ["openroad_mpl/no_unfixed_macros", [OPENROAD], 0],
  ["openroad_mpl/orientation_improve1", [OPENROAD], 1],
  ["openroad_mpl/fixed_macros1", [OPENROAD], 1],
  ["openroad_mpl/macros_without_pins1", [OPENROAD], 1],
  ["openroad_mpl/mixed_ios1", [OPENROAD], 1],
];

for (const [name, lef, movable] of DESIGNS)
  test(`${name} is placed: ${movable} macros move, the rest stays`, { skip: withoutShared }, async (t) => {
    const path = join(BENCHMARKS, name, "design.def.gz");
    const out = join(makeFolder(), "run");
    const lines: string[] = [];
    const options = { lef, method: "random", iterations: 1, workers: 1, clusters: 40, out } as const;
    const summary = await place(path, options, (line) => lines.push(line));
    assert.deepEqual([summary.legal, summary.violations, summary.overlaps], [true, 0, 0], lines.join("\n"));
    const before = await loadDef(path, { lef, defaultRouting: DEFAULT_ROUTING });
    const after = await loadDef(join(out, "best.def"), {
      lef: lef.length > 0 ? lef : [join(BENCHMARKS, name)],
      defaultRouting: DEFAULT_ROUTING,
    });
    const { block } = before;
    const free = [...block.kinds.keys()].filter(
      (node) => block.kinds[node] === NodeKind.HardMacro && !block.fixed[node],
    );
    assert.equal(free.length, movable);
    assert.deepEqual(checkConstraints(after, after.block.initial), []);
    for (const node of free) {
      assert.ok(!Number.isNaN(after.block.initial.xs[node]));
      assert.ok(before.allowed[node]!.includes(after.block.initial.orientations[node]!));
    }
    const moving = new Set(free.map((node) => block.nodeNames[node]!));
    const kept = (text: string) =>
      text.split("\n").filter((line) => !moving.has(line.trim().split(/\s+/)[1]!));
    assert.deepEqual(
      kept(readFileSync(join(out, "best.def"), "utf8")),
      kept(gunzipSync(readFileSync(path)).toString("utf8")),
    );
    const commands = readFileSync(join(out, "best.tcl"), "utf8").match(/^place_macro /gm) ?? [];
    assert.equal(commands.length, movable);
    await t.test("KLayout reads the same boxes and orientations", { skip: withoutKlayout }, async () => {
      const lefs = defFiles(path, lef).lefs.filter((name) => !name.includes(DEFINES_AGAIN));
      const { loaded, instances } = await assertSameInKlayout(join(out, "best.def"), lefs);
      const macros = assertMacrosAsIn(instances, loaded, await evaluate(out));
      assert.equal(macros, block.kinds.filter((kind) => kind === NodeKind.HardMacro).length);
    });
  });
