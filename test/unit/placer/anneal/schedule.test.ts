// How the rounds of an annealing follow one another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Schedule } from "../../../../placer/anneal/replicas.js";

const plans = (schedule: Schedule) => Array.from({ length: schedule.rounds }, (_, i) => schedule.at(i));

test("every restart is a whole schedule from hot to cold that begins anew, and the restarts share the budget alike", () => {
  const all = plans(new Schedule({ rounds: 4, gridShare: 1 }, 3));
  assert.equal(all.length, 12);
  for (const restart of [all.slice(0, 4), all.slice(4, 8), all.slice(8)]) {
    assert.deepEqual(
      restart.map(({ from }) => from),
      ["start", "own", "own", "restart"],
    );
    assert.deepEqual(
      restart.map(({ begin, end }) => [begin, end]),
      [
        [0, 0.25],
        [0.25, 0.5],
        [0.5, 0.75],
        [0.75, 1],
      ],
    );
  }
  for (const [i, { stage, spentBefore, spentAfter, spentAtEnd }] of all.entries()) {
    assert.equal(stage, "grid");
    assert.ok(Math.abs(spentAtEnd - (Math.floor(i / 4) + 1) / 3) < 1e-12);
    assert.ok(Math.abs(spentBefore - i / 12) < 1e-12 && Math.abs(spentAfter - (i + 1) / 12) < 1e-12);
  }
});

test("under protocol free the restarts share their part, and what follows goes on from the best of all", () => {
  const all = plans(new Schedule({ rounds: 8, gridShare: 0.5 }, 2));
  assert.deepEqual(
    all.map(({ stage, from }) => `${stage} ${from}`),
    [
      ...["grid start", "grid own", "grid own", "grid restart"],
      ...["grid start", "grid own", "grid own", "grid restart"],
      ...["free best", "free own", "free own", "free best"],
    ],
  );
  const shares = all.map(({ spentBefore, spentAfter }) => spentAfter - spentBefore);
  assert.deepEqual(shares, [...Array(8).fill(1 / 16), ...Array(4).fill(1 / 8)]);
  assert.equal(all.at(-1)!.spentAfter, 1);
  assert.deepEqual(
    all.map(({ spentAtEnd }) => spentAtEnd),
    [...Array(4).fill(0.25), ...Array(4).fill(0.5), ...Array(4).fill(1)],
  );
  assert.deepEqual([all.at(-4)!.begin, all.at(-1)!.end], [0, 1]);
});

test("the whole budget is spent, to the last sweep, whatever the numbers", () => {
  for (let rounds = 1; rounds <= 60; rounds++)
    for (const [gridShare, restarts] of [
      [1, 1],
      [1, 7],
      [0.35, 3],
    ] as const) {
      const all = plans(new Schedule({ rounds, gridShare }, restarts));
      assert.equal(all.at(-1)!.spentAfter, 1, `${rounds} ${gridShare} ${restarts}`);
      assert.equal(all[0]!.spentBefore, 0);
      for (const [i, { spentBefore }] of all.slice(1).entries())
        assert.equal(spentBefore, all[i]!.spentAfter);
    }
});

test("one round, and no cells at all: still a schedule", () => {
  const [only, ...others] = plans(new Schedule({ rounds: 1, gridShare: 1 }, 1));
  assert.deepEqual(
    [only, others],
    [
      {
        stage: "grid",
        restart: 0,
        begin: 0,
        end: 1,
        from: "start",
        spentBefore: 0,
        spentAfter: 1,
        spentAtEnd: 1,
      },
      [],
    ],
  );
  const none = plans(new Schedule({ rounds: 3, gridShare: 0 }, 1));
  assert.deepEqual(
    none.map(({ stage }) => stage),
    ["grid", "free", "free"],
  );
});
