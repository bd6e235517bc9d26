// Writers refuse what their readers would: a file that we wrote always reads again.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  type Block,
  copyPlacement,
  InputError,
  loadBlock,
  NetlistDraft,
  NodeKind,
  plcText,
  writeBookshelf,
  writePbNetlist,
  writePlc,
} from "../../../../netlist/index.js";
import { blockOf } from "../../../support/blocks.js";
import { makeFolder } from "../../../support/temp-folder.js";

/** Two macros and a net, of which tests change a name, a size or an offset. */
function blockWith({ name = "b", width = 20, offset = 1, weight = 1 }): Block {
  const draft = new NetlistDraft();
  const a = draft.addPin(draft.addNode(NodeKind.HardMacro, "a", 10, 10), "a/p");
  const b = draft.addPin(draft.addNode(NodeKind.HardMacro, name, width, 10), "b/p", offset, 0);
  draft.addNet(a, [b], weight);
  return blockOf(draft, {}, { a: [20, 20] });
}

test("Bookshelf: numbers beyond a billion and names given twice are refused before the set is complete", async () => {
  const changes = [{ width: 2e9 }, { offset: -2e9 }, { weight: 2e9 }, { name: "a" }, { width: Number.NaN }];
  for (const change of changes) {
    const aux = join(makeFolder(), "t.aux");
    const block = blockWith(change);
    await assert.rejects(writeBookshelf(aux, block, block.initial), InputError, JSON.stringify(change));
    assert.ok(!existsSync(aux));
  }
  const aux = join(makeFolder(), "t.aux");
  const whole = blockWith({});
  await writeBookshelf(aux, whole, whole.initial);
  assert.equal((await loadBlock(aux)).nodeCount, 2);
});

test("netlist text: numbers beyond single precision and macros without area are refused", async () => {
  const changes = [{ width: 1e39 }, { offset: 1e39 }, { weight: 1e39 }, { width: 0 }, { width: 1e-60 }];
  for (const change of changes) {
    const path = join(makeFolder(), "netlist.pb.txt");
    const block = blockWith(change);
    await assert.rejects(writePbNetlist(path, block, block.initial), InputError, JSON.stringify(change));
    assert.ok(!existsSync(path));
  }
});

test("placements: a place that is not finite is refused, one that is merely far is written", async () => {
  const block = blockWith({});
  const path = join(makeFolder(), "far.plc");
  for (const x of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const placement = copyPlacement(block.initial);
    placement.xs[0] = x;
    await assert.rejects(writePlc(path, block, placement), { name: "InputError", message: /'a'.*finite/ });
    assert.ok(!existsSync(path));
  }
  const routing = { ...block.routing, horizontal: Number.NaN };
  for (const change of [
    { routing },
    { canvas: { width: Number.POSITIVE_INFINITY, height: 1 } },
    { smoothing: 1e9 },
  ])
    await assert.rejects(writePlc(path, { ...block, ...change }, block.initial), { name: "InputError" });
  const far = copyPlacement(block.initial);
  far.xs[0] = far.ys[0] = 1e308;
  assert.match(plcText(block, far), /\n0 1e\+308 1e\+308 /);
});
