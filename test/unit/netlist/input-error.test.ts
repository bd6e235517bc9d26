// Errors about bad input are known as such, whichever thread they come from.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, isInputError } from "../../../netlist/index.js";

test("long quotes are shortened, and text between two short ones is not", () => {
  const between = "is 20 x 10 µm, larger than the core, the bounds of the rows, of 15 x 58 µm, and it is of";
  const { message } = new InputError(
    "a.def",
    `macro 'r0' ${between} master 'RAM'`,
    `not of '${"x".repeat(90)}'`,
  );
  assert.equal(message, `a.def: macro 'r0' ${between} master 'RAM'; not of '${"x".repeat(60)}…'`);
});

test("an input error is known after it was cloned, as between threads; no other error is", () => {
  const error = new InputError("a.plc:3", "5 words were expected", "mend it");
  const cloned: unknown = structuredClone(error);
  assert.ok(!(cloned instanceof InputError), "nothing is lost: no test");
  assert.ok(isInputError(error) && isInputError(cloned));
  assert.equal((cloned as Error).message, "a.plc:3: 5 words were expected; mend it");
  for (const other of [new Error("a bug"), structuredClone(new TypeError("a bug")), "text", undefined])
    assert.ok(!isInputError(other));
});
