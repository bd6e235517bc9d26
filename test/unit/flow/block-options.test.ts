// Options on how a block is read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { defOptions } from "../../../flow/block-options.js";
import { isInputError } from "../../../netlist/index.js";

test("--halo takes two sides or four, for all macros or one; anything else says both forms", () => {
  const halosOf = (...halo: string[]) => defOptions("a.def", { halo }).halos;
  assert.deepEqual(halosOf("1,2", "a=b=3,4,5,6", "u/*=0,0.5"), [
    { left: 1, bottom: 2, right: 1, top: 2 },
    { name: "a=b", left: 3, bottom: 4, right: 5, top: 6 },
    { name: "u/*", left: 0, bottom: 0.5, right: 0, top: 0.5 },
  ]);
  for (const [halo, says] of [
    ["m=1,2,3", /--halo: '1,2,3', X,Y or LEFT,BOTTOM,RIGHT,TOP in µm was expected/],
    ["5", /--halo: '5', X,Y or LEFT/],
    ["1,2,3,4,5", /X,Y or LEFT/],
    ["m", /X,Y or LEFT/],
    ["1,-2", /--halo: '1,-2', 2 numbers from 0 were expected/],
    ["m=1,2,3,x", /--halo: '1,2,3,x', 4 numbers from 0 were expected/],
  ] as const)
    assert.throws(
      () => halosOf(halo),
      (error) => isInputError(error) && says.test(error.message),
      halo,
    );
});
