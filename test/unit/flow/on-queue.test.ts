import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseIdleFastMode, refuseOwnCodeOnQueue, refuseUndistributed } from "../../../flow/on-queue.js";
import { METHODS } from "../../../flow/registry.js";
import { isInputError } from "../../../netlist/index.js";

const URL = "redis://server";

test("code of the user's own does not go with a queue", () => {
  refuseOwnCodeOnQueue(undefined, { "--network": {} });
  refuseOwnCodeOnQueue(URL, { "--network": undefined, "--cost-term": [] });
  for (const given of [{ "--network": {} }, { "--cost-term": [{}] }, { "--method": "mine.js" }])
    assert.throws(
      () => refuseOwnCodeOnQueue(URL, given),
      (error) => isInputError(error) && error.message.includes(Object.keys(given)[0]!),
    );
});

test("methods that compute in one process are refused on a queue, with those that are not", () => {
  const here = METHODS.filter(({ distributes }) => !distributes).map(({ name }) => name);
  assert.deepEqual(here, ["mixed"]);
  for (const method of METHODS) {
    refuseUndistributed(undefined, method);
    if (method.distributes) refuseUndistributed(URL, method);
    else assert.throws(() => refuseUndistributed(URL, method), /this machine only; .*anneal.* or /);
  }
});

test("fast mode is refused without a queue, and for methods that do not train", () => {
  refuseIdleFastMode({ queueMode: "exact" });
  const fast = { queue: URL, queueMode: "fast" } as const;
  refuseIdleFastMode(fast);
  assert.throws(
    () => refuseIdleFastMode({ queueMode: "fast" }),
    /--queue-mode fast: there is no queue; give --queue/,
  );
  const trains = METHODS.filter((method) => {
    try {
      refuseIdleFastMode(fast, method);
      return true;
    } catch (error) {
      assert.match((error as Error).message, /needs the result of every job/);
      return false;
    }
  });
  assert.deepEqual(
    trains.map(({ name }) => name),
    ["policy", "pipeline"],
  );
});
