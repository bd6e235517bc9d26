// Every netlist and placement of the shared benchmarks is read, or refused for the reason given here. LEF and DEF have
// tests of their own, the Bookshelf sets theirs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { InputError, loadBlock, NodeKind, nodesOfKind, readPlc } from "../../netlist/index.js";
import { SHARED, sharedPath, withoutShared } from "../support/shared-data.js";

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly format: string }[];
  readonly counts: Readonly<Record<string, unknown>>;
}

const cases: readonly Case[] = withoutShared
  ? []
  : (JSON.parse(readFileSync(join(SHARED, "benchmarks/manifest.json"), "utf8")) as { cases: Case[] }).cases;

/** What `loadBlock` is given for a file, and what it says where it must refuse. */
const REFUSED: readonly [path: RegExp, says: RegExp][] = [
  // Placements of clustered netlists that are not in the set.
  [/^circuit_training\/ariane_plc_only\//, /the directory holds no block/],
  [/^iccad04.*\/tilos_initial\.plc/, /its canvas is [\d.]+ x [\d.]+, that of 'ibm\d+'/],
];

test("every netlist and placement is read or refused for a true reason", {
  skip: withoutShared,
}, async (t) => {
  let read = 0;
  for (const { suite, name, files, counts } of cases)
    for (const { path, format } of files) {
      const isNetlist = format === "pb.txt";
      const isPlacement = /^(plc|bookshelf pl)\b/.test(format) && basename(path) !== `${name}.pl.gz`;
      if (!isNetlist && !isPlacement) continue;
      await t.test(path, async () => {
        const file = sharedPath(`benchmarks/${path}`);
        if (format.startsWith("plc")) await readPlc(file); // alone it always reads
        const load = () => (isNetlist ? loadBlock(file) : loadBlock(dirname(file), { placement: file }));
        const refused = REFUSED.find(([pattern]) => pattern.test(path));
        if (refused) {
          await assert.rejects(load(), (error: Error) => {
            assert.ok(error instanceof InputError, error.stack);
            assert.match(error.message, refused[1]);
            return true;
          });
          return;
        }
        const block = await load();
        read++;
        if (!isNetlist) return;
        const expected = suite === "tilos" ? counts[path.includes("flat") ? "flat" : "clustered"] : counts;
        const kindOf = {
          ports: NodeKind.Port,
          hard_macros: NodeKind.HardMacro,
          soft_macros: NodeKind.SoftMacro,
          stdcells: NodeKind.StandardCell,
        };
        for (const [key, kind] of Object.entries(kindOf))
          assert.equal(
            nodesOfKind(block, kind).length,
            (expected as Record<string, number>)[key] ?? 0,
            `${key} of ${path}`,
          );
        assert.equal(block.netCount, (expected as Record<string, number>).nets, `nets of ${path}`);
      });
    }
  assert.ok(read >= 30, `${read} read`);
});
