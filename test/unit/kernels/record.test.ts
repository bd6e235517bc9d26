// Records in kernel memory: TypeScript and the kernels read and write the same fields.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KernelRecord, Kernels } from "../../../kernels/index.js";

test("every type of field comes back as it was set, and its neighbours keep their values", () => {
  const record = new KernelRecord(Kernels.create(), "GridAnneal");
  const list = new KernelRecord(Kernels.create(), "TopList");
  record.set({ cost: -0.1, congestionChange: 1e300, moves: 0xfffffff8, macroCount: -3 });
  list.set({ base: -(2 ** 52), sumAbove: 7 });
  assert.equal(record.get("temperature"), 0);
  assert.equal(record.get("cost"), -0.1);
  assert.equal(record.get("congestionChange"), 1e300);
  assert.equal(record.get("moves"), 0xfffffff8, "addresses above 2 GiB are positive");
  assert.equal(record.get("random"), 0);
  assert.equal(record.get("macroCount"), -3);
  assert.equal(list.get("base"), -(2 ** 52));
  assert.equal(list.get("sumAbove"), 7);
});

test("a field that the kernel's class lacks is refused", () => {
  const record = new KernelRecord(Kernels.create(), "TopList");
  const values = { wanted: 1, wnated: 2 };
  assert.throws(() => record.set(values), /internal: a kernel's record has no field wnated/);
});
