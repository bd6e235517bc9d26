// Cost terms: their part in the costs, loaded from modules, exact under moves, and refused when they are none.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  type CostTerm,
  CounterfactualEvaluator,
  IncrementalJudge,
  Judge,
  loadCostTerms,
  macrosByArea,
  OrientationChooser,
  PUBLISHED_RULES,
  PUBLISHED_WEIGHTS,
  termRulesOf,
} from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { InputError, NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { blockOf, randomPlacement, smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";
import { readFences } from "../../../support/doc-fences.js";
import leftTerm from "../../../support/left-term.js";
import { RandomMoves } from "../../../support/random-moves.js";
import { makeFolder } from "../../../support/temp-folder.js";

const rules = { ...PUBLISHED_RULES, terms: [{ module: leftTerm.module, weight: 0.25 }] };

/** A term that lives in a test and not in a module of its own. */
function termOf(name: string, evaluate: CostTerm["evaluate"]): CostTerm {
  return { name, module: leftTerm.module, evaluate };
}

test("a term comes from its module, adds its weighted value to the proxy cost and is listed by name", async () => {
  // Two macros on a canvas of 100 µm, at x 20 and 70: the mean is 0.45 of its width.
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "A", 10, 10);
  draft.addNode(NodeKind.HardMacro, "B", 10, 10);
  const block = blockOf(draft, {}, { A: [20, 50], B: [70, 50] });
  const { extra: none, ...plain } = new Judge(Kernels.create(), block).evaluate(block.initial);
  assert.equal(none, undefined);
  const judge = new Judge(Kernels.create(), block, await loadCostTerms(rules));
  const { extra, proxyCost, ...rest } = judge.evaluate(block.initial);
  assert.deepEqual(Object.keys(extra!), ["left"]);
  assertClose([extra!.left!, proxyCost - plain.proxyCost], [0.45, 0.25 * 0.45], 1e-12);
  assert.deepEqual({ ...rest, proxyCost: judge.proxyOfKernels() }, plain);
});

test("without terms the rules make the judge that everyone publishes", async () => {
  const block = smallBlock(1);
  const placement = randomPlacement(block, Random.stream(1, "plain"));
  const costs = new Judge(Kernels.create(), block, await loadCostTerms(PUBLISHED_RULES)).evaluate(placement);
  assert.deepEqual(costs, new Judge(Kernels.create(), block).evaluate(placement));
  assert.ok(!("extra" in costs));
});

test("with terms, random moves equal full evaluations, kept or undone", async () => {
  const block = smallBlock(3);
  // The second term sees soft macros and orientations too, so that every kind of move changes it.
  const all = termOf("all", (_, { xs, ys, orientations }) =>
    xs.reduce((sum, x, node) => sum + Math.sin(x + 2 * ys[node]! + orientations[node]!), 0),
  );
  const { terms } = await loadCostTerms(rules);
  const options = { terms: [...terms, { term: all, weight: 0.01 }] };
  const judge = new Judge(Kernels.create(), block, options);
  const reference = new Judge(Kernels.create(), block, options);
  const random = Random.stream(3, "moves");
  const incremental = new IncrementalJudge(judge);
  let before = incremental.start(randomPlacement(block, random));
  const drawer = new RandomMoves(block, judge.placement, random);
  const seen = new Set<number>();
  for (let move = 0; move < 500; move++) {
    const costs = incremental.try(drawer.draw().moves);
    assert.deepEqual(costs, reference.evaluate(judge.placement), `move ${move}`);
    seen.add(costs.extra!.all!);
    if (random.below(2) === 0) {
      incremental.commit();
      before = costs;
    } else incremental.revert();
    assert.deepEqual(judge.costs(), before, `after move ${move}`);
  }
  assert.ok(seen.size > 400);
});

test("orientations are chosen by a term if nothing else tells them apart", () => {
  const draft = new NetlistDraft();
  const macro = draft.addNode(NodeKind.HardMacro, "A", 10, 10);
  const block = blockOf(draft, {}, { A: [55, 55] });
  const term = termOf("south", (_, { orientations }) => (orientations[macro] === 2 ? 0 : 1));
  const judge = new Judge(Kernels.create(), block, { terms: [{ term, weight: 0.1 }] });
  judge.evaluate(block.initial);
  const costs = new OrientationChooser(judge).choose(macrosByArea(block));
  assert.deepEqual([judge.placement.orientations[macro], costs.extra!.south], [2, 0]);
});

test("a macro's counterfactual counts what a term says of its place", () => {
  // No nets, and density alone counts nothing: a lone macro costs the same on every cell, but for the term. On column
  // 0 of 10 the term is 0.05, on the others 0.15 to 0.95; every alternative is a free cell.
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "A", 10, 10);
  const block = blockOf(draft, {}, { A: [5, 55] });
  const judge = new Judge(Kernels.create(), block, {
    weights: { wirelength: 1, density: 0, congestion: 0 },
    terms: [{ term: leftTerm, weight: 2 }],
  });
  judge.evaluate(block.initial);
  const out = new Float32Array(1);
  const random = Random.stream(1, "draws");
  new CounterfactualEvaluator(judge).evaluate(macrosByArea(block), { samples: 400, random }, out);
  // Free cells: 99, nine in column 0 and ten in each other: mean term (9·0.05 + 10·(0.15 + … + 0.95)) / 99.
  const mean = (9 * 0.05 + 10 * (9 * 0.55)) / 99;
  // 400 draws with a deviation of 0.28 in the term have a standard error of 0.014.
  assertClose([out[0]!], [2 * (mean - 0.05)], 0.1);
});

test("values that are no finite numbers are refused with the term's name", () => {
  const block = smallBlock(1);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, "7", undefined, Promise.resolve(1)]) {
    const term = termOf("odd", () => value as number);
    const judge = new Judge(Kernels.create(), block, { terms: [{ term, weight: 1 }] });
    assert.throws(
      () => judge.evaluate(block.initial),
      (error: Error) => error instanceof InputError && /^cost term 'odd': gave .* finite/.test(error.message),
    );
  }
});

test("what is no cost term is refused, saying where and what was expected", async () => {
  const folder = makeFolder();
  const moduleOf = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name)).href;
  };
  const good = moduleOf("good.mjs", 'export default { name: "left", evaluate: () => 1 };');
  const refused = async (terms: (typeof rules)["terms"], message: RegExp) => {
    const error = await loadCostTerms({ ...PUBLISHED_RULES, terms }).catch((caught) => caught);
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, message);
  };
  await refused([{ module: `${good}x`, weight: 1 }], /good\.mjsx: cannot be imported/);
  await refused(
    [{ module: moduleOf("broken.mjs", "export default {"), weight: 1 }],
    /broken\.mjs: cannot be imp/,
  );
  await refused(
    [{ module: moduleOf("none.mjs", "export const name = 1;"), weight: 1 }],
    /none\.mjs: is no cost t/,
  );
  const nameless = moduleOf("nameless.mjs", "export default { evaluate: () => 1 };");
  await refused([{ module: nameless, weight: 1 }], /nameless\.mjs: is no cost term/);
  for (const weight of [-1, Number.NaN])
    await refused([{ module: good, weight }], /^cost term 'left': its weight is (-1|NaN)/);
  await refused([...rules.terms, { module: good, weight: 1 }], /^cost term 'left': two terms have this name/);
});

test("the example in docs/proxy-cost.md is a cost term: the mean x of the hard macros", async () => {
  const file = join(makeFolder(), "mean-x.mjs");
  const [example] = readFences("docs/proxy-cost.md").filter(({ language }) => language === "js");
  writeFileSync(file, example!.text);
  const block = smallBlock(1);
  const placement = randomPlacement(block, Random.stream(1, "mean x"));
  const { terms } = await loadCostTerms({ terms: [{ module: pathToFileURL(file).href, weight: 1 }] });
  assertClose([terms[0]!.term.evaluate(block, placement)], [leftTerm.evaluate(block, placement)], 1e-12);
});

test("a term given as an object becomes a rule if worker threads can import the same one", async () => {
  assert.deepEqual(await termRulesOf([{ term: leftTerm, weight: 0.25 }]), rules.terms);
  const weights = PUBLISHED_WEIGHTS;
  const loaded = await loadCostTerms({ weights, outside: "skip", terms: await termRulesOf([]) });
  assert.deepEqual(loaded, { weights, outside: "skip", terms: [] });
  const local = { name: "local", evaluate: () => 1 } as unknown as CostTerm;
  await assert.rejects(
    termRulesOf([{ term: local, weight: 1 }]),
    /'local': has no module.*import\.meta\.url/,
  );
  const other = termOf("other", () => 1);
  await assert.rejects(
    termRulesOf([{ term: other, weight: 1 }]),
    /its default export is the cost term 'left', 'other'/,
  );
  await assert.rejects(termRulesOf([{ term: {} as CostTerm, weight: 1 }]), /costTerms: is no cost term/);
});
