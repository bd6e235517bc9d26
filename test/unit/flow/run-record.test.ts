// What a run was started with, found again in its record: the block, its placement file, and options.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { place } from "../../../flow/index.js";
import { loadBlockWith } from "../../../flow/load-block.js";
import { isRunFolder, readOrigin } from "../../../flow/run-record.js";
import { openView } from "../../../flow/view-source.js";
import {
  blockFiles,
  InputError,
  loadBlock,
  NetlistDraft,
  NodeKind,
  writePbNetlist,
  writePlc,
} from "../../../netlist/index.js";
import { blockOf, smallBlock } from "../../support/blocks.js";
import { makeFolder } from "../../support/temp-folder.js";
import { TINY_SET, writeTinySet } from "../netlist/formats/bookshelf/tiny-set.js";

/** A run's folder that says it was started with these files and options. */
function recordOf(inputs: readonly string[], options: Readonly<Record<string, unknown>> = {}): string {
  const folder = makeFolder();
  const record = { ashlar: "0", options, inputs: inputs.map((path) => ({ path, sha256: "" })) };
  writeFileSync(join(folder, "options.json"), JSON.stringify(record));
  return folder;
}

/** A netlist file with another file beside it, as empty as `readOrigin` lets it be. */
async function netlistAnd(name: string): Promise<[string, string]> {
  const folder = makeFolder();
  const [netlist, other] = [join(folder, "netlist.pb.txt"), join(folder, name)];
  const block = smallBlock(1);
  await writePbNetlist(netlist, block, block.initial);
  if (name.endsWith(".plc")) await writePlc(other, block, block.initial);
  else writeFileSync(other, "");
  return [netlist, other];
}

test("a file of options that holds no record is refused in one line, whatever JSON it is", () => {
  for (const text of [
    "5",
    '"run"',
    "null",
    "[]",
    "{",
    '{"ashlar":1}',
    '{"inputs":7}',
    '{"inputs":[{"path":3}]}',
  ]) {
    const folder = makeFolder();
    writeFileSync(join(folder, "options.json"), text);
    isRunFolder(folder);
    assert.throws(
      () => readOrigin(folder),
      (error) => error instanceof InputError && /is not the record of a run/.test(error.message),
      text,
    );
  }
});

test("a placement file among the inputs is the run's, and the folder names the block", async () => {
  const [netlist, plc] = await netlistAnd("initial.plc");
  const { block, placement } = readOrigin(recordOf([netlist, plc]));
  assert.deepEqual([block, placement], [dirname(netlist), plc]);
});

test("a policy among the inputs is no placement", async () => {
  const [netlist, policy] = await netlistAnd("policy.safetensors");
  const { block, placement } = readOrigin(recordOf([netlist, policy], { policy }));
  assert.deepEqual([block, placement], [netlist, undefined]);
});

test("a netlist that was placed without the placement file beside it is viewed without it", async () => {
  const [netlist] = await netlistAnd("initial.plc");
  const run = recordOf([netlist]);
  assert.deepEqual((await openView(run)).blockItself.canvas, (await loadBlock(netlist)).canvas);
});

test("an unclustered run of a Bookshelf set is viewed from its files, with the placement that was given", async () => {
  const path = writeTinySet();
  const plain = recordOf(blockFiles(path));
  assert.equal(readOrigin(plain).placement, undefined);
  assert.deepEqual((await openView(plain)).blockItself.initial, (await loadBlock(path)).initial);
  const other = join(dirname(writeTinySet({ "t.pl": "UCLA pl 1.0\nm 120 50 : N\n" })), "t.pl");
  const given = recordOf(blockFiles(path, other), { placement: other });
  assert.equal(readOrigin(given).placement, other);
});

test("an unclustered run of a flat netlist is viewed with the grid that was chosen for it", async () => {
  const draft = new NetlistDraft();
  for (let i = 0; i < 20; i++) {
    const [macro, cell] = [
      draft.addNode(NodeKind.HardMacro, `m${i}`, 30, 9),
      draft.addNode(NodeKind.StandardCell, `c${i}`, 1, 1),
    ];
    draft.addNet(draft.addPin(cell, `c${i}`), [draft.addPin(macro, `m${i}/p`)]);
  }
  const netlist = join(makeFolder(), "flat.pb.txt");
  const flat = blockOf(draft);
  await writePbNetlist(netlist, flat, flat.initial);
  const chosen = await loadBlockWith(netlist, {}, true);
  assert.notDeepEqual(chosen.grid, (await loadBlock(netlist)).grid, "else this test shows nothing");
  assert.deepEqual((await openView(recordOf([netlist]))).blockItself.grid, chosen.grid);
});

test("a file that is gone and options that are none are bad input", async () => {
  const [netlist, plc] = await netlistAnd("initial.plc");
  assert.throws(() => readOrigin(recordOf([netlist, `${plc}.plc`])), InputError);
  assert.throws(
    () => readOrigin(recordOf([netlist, plc], { smoothing: "much" })),
    (error: Error) => error instanceof InputError && /options\.json: smoothing: /.test(error.message),
  );
});

test("a run that `place` made of a Bookshelf set can be viewed", async () => {
  const out = join(makeFolder(), "run");
  const options = { method: "random", iterations: 3, workers: 1, clustering: false, out } as const;
  const small = { "t.nodes": TINY_SET["t.nodes"]!.replace("m 12 20", "m 6 8") };
  await place(writeTinySet(small), options);
  const session = await (await openView(out)).session();
  assert.equal(session.placements[0]!.id, "best");
});
