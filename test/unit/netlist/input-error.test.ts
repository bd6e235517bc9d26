// Errors about bad input are known as such, whichever thread they come from.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, isInputError } from "../../../netlist/index.js";

test("an input error is known after it was cloned, as between threads; no other error is", () => {
  const error = new InputError("a.plc:3", "5 words were expected", "mend it");
  const cloned: unknown = structuredClone(error);
  assert.ok(!(cloned instanceof InputError), "nothing is lost: no test");
  assert.ok(isInputError(error) && isInputError(cloned));
  assert.equal((cloned as Error).message, "a.plc:3: 5 words were expected; mend it");
  for (const other of [new Error("a bug"), structuredClone(new TypeError("a bug")), "text", undefined])
    assert.ok(!isInputError(other));
});
