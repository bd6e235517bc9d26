// A placement that changes move by move has the violations of a check from the start, by the rules of a block and of a design.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LegalityTracker, legalityRules, violationsIn } from "../../../../env/index.js";
import {
  type Block,
  checkConstraints,
  constraintRules,
  copyPlacement,
  designRulesMessage,
  designRulesOf,
  type MacroRules,
  NetlistDraft,
  NodeKind,
  nodesOfKind,
  type Placement,
  Random,
  type Violation,
} from "../../../../netlist/index.js";
import { blockOf, randomPlacement, smallBlock } from "../../../support/blocks.js";
import { loadTiny, TINY_DEF } from "../../netlist/formats/lefdef/tiny-design.js";

const texts = (violations: readonly Violation[]) => violations.map(({ message }) => message).sort();

interface Case {
  readonly block: Block;
  readonly rules: MacroRules;
  check(placement: Placement): readonly Violation[];
}

/** Moves hard macros at random, one or some at a time, and compares. Returns how many kinds of violations came up. */
function walk({ block, rules, check }: Case, seed: number, steps: number): Set<string> {
  const random = Random.stream(seed, "tracker");
  const macros = nodesOfKind(block, NodeKind.HardMacro).filter((node) => !block.fixed[node]);
  const placement = randomPlacement(block, random, 0.1);
  const tracker = new LegalityTracker(block, rules);
  tracker.restart(placement);
  const kinds = new Set<string>();
  for (let step = 0; step < steps; step++) {
    assert.deepEqual(texts(tracker.list()), texts(check(placement)), `step ${step}`);
    for (const { kind } of tracker.list()) kinds.add(kind);
    const moved = Array.from({ length: 1 + random.below(3) }, () => macros[random.below(macros.length)]!);
    for (const node of moved) {
      placement.xs[node] = (1.2 * random.uniform() - 0.1) * block.canvas.width;
      placement.ys[node] = (1.2 * random.uniform() - 0.1) * block.canvas.height;
      placement.orientations[node] = random.below(8);
      if (random.uniform() < 0.1) placement.xs[node] = Number.NaN;
    }
    tracker.moved(placement, moved);
  }
  return kinds;
}

test("by the rules of a block", () => {
  const kinds = new Set<string>();
  for (let seed = 0; seed < 6; seed++) {
    const small = smallBlock(seed, 7);
    const { width, height } = small.canvas;
    const area = { left: 0, bottom: 0, right: 0.3 * width, top: 0.4 * height };
    const [first] = nodesOfKind(small, NodeKind.HardMacro);
    const fence = { name: "f", rectangles: [area], members: [first!], exclusive: seed % 2 === 0 };
    const block = {
      ...small,
      blockages: [{ ...area, left: 0.8 * width, right: width, rate: 1 }],
      fences: [fence],
    };
    const check = (placement: Placement) => violationsIn(block, placement);
    for (const kind of walk({ block, rules: legalityRules(block), check }, seed, 25)) kinds.add(kind);
  }
  assert.deepEqual([...kinds].sort(), ["blockage", "fence", "outside", "overlap", "unplaced"]);
});

test("by the rules of a design, sent as JSON", async () => {
  const sections =
    "REGIONS 1 ;\n- r ( 20000 30000 ) ( 60000 60000 ) + TYPE FENCE ;\nEND REGIONS\n" +
    "GROUPS 1 ;\n- g c + REGION r ;\nEND GROUPS\n";
  const loaded = await loadTiny(TINY_DEF.replace("END DESIGN\n", `${sections}END DESIGN\n`));
  const message = JSON.parse(JSON.stringify(designRulesMessage(loaded)));
  const sent = designRulesOf(message);
  const { block } = loaded;
  // The message has the hard macros alone, so its nodes have other numbers.
  const indexOf = new Map(sent.block.nodeNames.map((name, index) => [name, index]));
  const macros = [...nodesOfKind(block, NodeKind.HardMacro)];
  assert.deepEqual(
    macros.map((node) => block.nodeNames[node]),
    sent.block.nodeNames,
  );
  const rules = constraintRules(sent);
  const index = (node: number) => indexOf.get(block.nodeNames[node]!)!;
  const part = (placement: Placement): Placement => ({
    xs: Float64Array.from(macros, (node) => placement.xs[node]!),
    ys: Float64Array.from(macros, (node) => placement.ys[node]!),
    orientations: Uint8Array.from(macros, (node) => placement.orientations[node]!),
  });
  const byName: MacroRules = {
    checkOne: (placement, node) => rules.checkOne(part(placement), index(node)),
    checkPair: (placement, a, b) => rules.checkPair(part(placement), index(a), index(b)),
    reachOf: (placement, node) => rules.reachOf(part(placement), index(node)),
  };
  const check = (placement: Placement) => checkConstraints(loaded, placement);
  const kinds = new Set<string>();
  for (let seed = 0; seed < 4; seed++)
    for (const kind of walk({ block, rules: byName, check }, seed, 40)) kinds.add(kind);
  for (const kind of ["fence", "grid", "halo", "orientation", "outside", "overlap", "unplaced"])
    assert.ok(kinds.has(kind), `${kind} never came up: ${[...kinds]}`);
});

test("of macros that all lie in one place the first thousands are listed", () => {
  const draft = new NetlistDraft();
  const names = Array.from({ length: 150 }, (_, i) => `m${i}`);
  for (const name of names) draft.addNode(NodeKind.HardMacro, name, 2, 2);
  const block = blockOf(draft, {}, Object.fromEntries(names.map((name) => [name, [10, 10] as const])));
  const tracker = new LegalityTracker(block, legalityRules(block));
  const placement = copyPlacement(block.initial);
  tracker.restart(placement);
  assert.equal(tracker.isCut, true);
  assert.equal(tracker.list().length, 5000);
  names.forEach((_, node) => {
    placement.xs[node] = 1 + 2 * (node % 10);
    placement.ys[node] = 1 + 2 * Math.floor(node / 10);
  });
  tracker.moved(placement, [...names.keys()]);
  assert.equal(tracker.isCut, false);
  assert.equal(tracker.list().filter(({ kind }) => kind === "overlap").length, 0);
});
