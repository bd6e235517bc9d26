// Moves of more nodes than the judge tries at once: kept and taken back with exact costs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MOST_NODES_PER_MOVE, type Move, PUBLISHED_WEIGHTS } from "../../../env/index.js";
import { copyPlacement, generateBlock, NodeKind, nodesOfKind, Random } from "../../../netlist/index.js";
import { PageJudge } from "../../../viz/page/page-judge.js";
import { randomPlacement } from "../../support/blocks.js";

test("any number of macros is tried, tried elsewhere, taken back and kept", async () => {
  const module = await WebAssembly.compile(
    readFileSync(new URL("../../../kernels/ashlar.wasm", import.meta.url)),
  );
  const block = generateBlock({ seed: 4, macros: 40 });
  const judge = new PageJudge(module, block, { outside: "skip", weights: PUBLISHED_WEIGHTS, leftOut: [] });
  const macros = [...nodesOfKind(block, NodeKind.HardMacro)];
  assert.ok(macros.length > 2 * MOST_NODES_PER_MOVE);
  const placement = randomPlacement(block, Random.stream(4, "judge"), -0.1);
  const moves = (by: number): Move[] =>
    macros.map((node) => ({
      node,
      x: placement.xs[node]! + by,
      y: placement.ys[node]! - by / 2,
      orientation: placement.orientations[node]!,
    }));
  const before = judge.evaluate(placement);
  const tried = judge.try(moves(7));
  assert.notDeepEqual(tried, before);
  judge.try(moves(3).slice(0, 5));
  assert.deepEqual(judge.try(moves(7)), tried);
  assert.deepEqual(judge.revert(), before);
  judge.try(moves(7));
  judge.commit();
  const after = copyPlacement(placement);
  for (const { node, x, y } of moves(7)) [after.xs[node], after.ys[node]] = [x, y];
  assert.deepEqual(judge.revert(), tried, "nothing is left to take back");
  assert.deepEqual(judge.evaluate(after), tried);
});
