// What the study of cheap figures reports of judged placements.
import assert from "node:assert/strict";
import { test } from "node:test";
import { findings, type Judged, reportOf } from "../../../benchmarks/truth/findings.js";

/** Placements whose wirelength term ranks as the truth does, and whose congestion term ranks the other way round. */
function judgedOn(block: string, names: readonly string[]): Judged[] {
  return names.map((source, i) => ({
    block,
    source,
    group: source.startsWith("random") ? "random" : "search",
    figures: Object.fromEntries(
      ["es", "wire"].flatMap((placer) => [
        [`${placer} proxy`, 10 - i],
        [`${placer} wirelength`, 1 + i],
        [`${placer} density`, 1 + (i % 2)],
        [`${placer} congestion`, 20 - 2 * i],
        [`${placer} rudy`, 1 + ((3 * i) % 5)],
      ]),
    ),
    truth: {
      flat_wirelength: 100 + 10 * i,
      routed_wirelength: 120 + 10 * i,
      pattern_overflow: 0,
      overflow: 0,
      ace_5: 0.5,
      legal: true,
    },
  }));
}

const NAMES = [
  "anneal-es-wires-s1-4s",
  "anneal-es-s1-4s",
  "policy-es-s3-12s",
  "mixed-free-s1-2s",
  "policy-es-wires-s3-12s",
  "random-fd-s1-1s",
];
const found = findings([
  ...judgedOn("a", NAMES),
  ...judgedOn("b", NAMES),
  ...judgedOn("c", NAMES.slice(0, 3)),
]);
const agreementOf = (set: string, figure: string) =>
  found.agreements.find(
    (one) => one.set === set && one.figure === figure && one.truth === "flat_wirelength",
  )!;

test("terms, sums of terms under other weights, and sets have their taus", () => {
  assert.deepEqual(found.placements, { a: 6, b: 6, c: 3 });
  assert.equal(agreementOf("all", "es wirelength").mean.mean, 1);
  assert.equal(agreementOf("all", "es congestion").mean.mean, -1);
  // 1 + i + 0.02 (20 - 2 i) still grows, 1 + i + 0.5 (1 + i % 2) + 0.5 (20 - 2 i) does not.
  assert.equal(agreementOf("all", "es 1 : 0 : 0.02").mean.mean, 1);
  assert.equal(agreementOf("all", "figure chosen on other blocks").mean.mean, 1);
  assert.deepEqual(
    agreementOf("without random", "es wirelength").blocks.map(({ block, placements }) => [block, placements]),
    [
      ["a", 5],
      ["b", 5],
    ],
  );
});

test("a set with too few placements of a block, and a truth that is constant, say nothing", () => {
  assert.equal(agreementOf("better half", "es wirelength"), undefined);
  const constant = found.agreements.find((one) => one.truth === "ace_5" && one.figure === "es wirelength")!;
  assert.ok(Number.isNaN(constant.mean.mean));
});

test("ways to place are contrasted at the same seed and budget", () => {
  const weights = found.contrasts.find(({ truth, first }) => truth === "flat_wirelength" && first === "es")!;
  // On a and b 110 -> 100 and 120 -> 140; on c 110 -> 100 alone.
  const onA = Math.sqrt((100 / 110) * (140 / 120));
  assert.equal(weights.pairs, 5);
  const ratios = weights.blocks.map(({ ratio }) => ratio);
  for (const [i, expected] of [onA, onA, 100 / 110].entries())
    assert.ok(Math.abs(ratios[i]! - expected) < 1e-12);
  assert.ok(Math.abs(weights.ratio.mean - (onA * onA * (100 / 110)) ** (1 / 3)) < 1e-12);
  const text = reportOf(found);
  assert.match(text, /^placements: a 6, b 6, c 3$/m);
  assert.match(text, /^es wirelength +1\.00 \(1\.00 to 1\.00\) +1\.00 +1\.00$/m);
});
