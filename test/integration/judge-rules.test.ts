// The judge's rules in worker threads: every method that searches in threads counts as it was told, and imports the
// user's cost terms and pays for them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge, type JudgeRules, loadCostTerms, PUBLISHED_RULES } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { type Block, copyPlacement, isInputError, NodeKind, type Placement } from "../../netlist/index.js";
import { annealReplicas } from "../../placer/anneal/replicas.js";
import { GRID_ANNEAL_DEFAULTS, searchByRestarts } from "../../placer/index.js";
import randomPlacer from "../../placer/random/random.js";
import { buildRewardData, REWARD_LABELS, train } from "../../policy/index.js";
import { smallBlock } from "../support/blocks.js";
import leftTerm from "../support/left-term.js";
import { SMALL_NETWORK } from "../support/small-network.js";
import { makeFolder } from "../support/temp-folder.js";

const block = smallBlock(3);
const routedBlock = withPortsOutside(block);
const WEIGHT = 4;
const rules: JudgeRules = { ...PUBLISHED_RULES, terms: [{ module: leftTerm.module, weight: WEIGHT }] };
const left = (placement: Placement) => leftTerm.evaluate(block, placement);

/** The block with its ports at the bottom outside the canvas, and tracks for wires alone: how their nets are routed counts. */
function withPortsOutside(inside: Block): Block {
  const initial = copyPlacement(inside.initial);
  const step = inside.canvas.height / 16;
  for (let node = 0; node < inside.nodeCount; node++)
    if (inside.kinds[node] === NodeKind.Port && initial.ys[node]! < step) initial.ys[node] = -step;
  const routing = { ...inside.routing, horizontalUsedByMacros: 0, verticalUsedByMacros: 0 };
  return { ...inside, initial, routing };
}

/** Every search, as it finds a best placement by given rules. */
const SEARCHES = {
  restarts: async (judged = rules, workers = 2, placed = block) =>
    (
      await searchByRestarts(
        { block: placed, rules: judged, protocol: "fd", placer: randomPlacer },
        { seed: 1, workers, iterations: 12, settings: {} },
      )
    ).improvements.at(-1)!,
  annealing: async (judged = rules, workers = 2, placed = block) =>
    (await annealReplicas({
      block: placed,
      rules: judged,
      protocol: "free",
      onRound: async () => true,
      seed: 1,
      workers,
      replicas: 2,
      rounds: 4,
      starts: 2,
      sweepsPerRestart: 0,
      sweeps: 24,
      gridShare: 0.5,
      anneal: { ...GRID_ANNEAL_DEFAULTS, stepsPerMacro: 2 },
    }))!.best,
  training: async (judged = rules, workers = 2, placed = block) => {
    const { state } = await train([placed], {
      settings: { episodes: 4, epochs: 1, experimental: { network: SMALL_NETWORK } },
      seed: 5,
      workers,
      budget: { iterations: 2 },
      rules: judged,
    });
    return state.blocks[0]!.best!;
  },
} as const;

for (const [name, search] of Object.entries(SEARCHES))
  test(`${name}: costs hold the term, and its placement is further left than without`, async () => {
    const { placement, costs } = await search();
    const judge = new Judge(Kernels.create(), block, await loadCostTerms(rules));
    const exact = judge.evaluate(placement);
    assert.equal(costs.proxyCost, exact.proxyCost);
    assert.equal(exact.extra!.left, left(placement));
    const without = await search({ ...rules, terms: [] });
    assert.ok(left(placement) < left(without.placement), "the search does not see the term");
    assert.deepEqual((await search(rules, 1)).placement, placement);
  });

for (const [name, search] of Object.entries(SEARCHES))
  test(`${name}: nets with a pin outside the grid count as the rules say`, async () => {
    const { placement, costs } = await search({ ...rules, terms: [], outside: "clamp" }, 2, routedBlock);
    const exact = (outside: JudgeRules["outside"]) =>
      new Judge(Kernels.create(), routedBlock, { outside }).evaluate(placement).proxyCost;
    assert.equal(costs.proxyCost, exact("clamp"));
    assert.notEqual(costs.proxyCost, exact("skip"));
  });

test("samples of the reward model are labelled by the judge's rules, and never taken for those of others", async () => {
  const folder = makeFolder();
  const draw = async (judged = rules) =>
    (await buildRewardData([block], { folder, seed: 7, counts: [6], workers: 1, rules: judged }))[0]!;
  const [under, without] = [await draw(), await draw({ ...rules, terms: [] })];
  const proxy = REWARD_LABELS.indexOf("proxy");
  // Labels are judged with hard macros alone on cells, whose mean x the term adds with its weight; f32.
  const { columns } = block.grid;
  const macros = without.cells.length / without.count;
  let compared = 0;
  for (let sample = 0; sample < without.count; sample++) {
    const cells = [...without.cells.slice(sample * macros, (sample + 1) * macros)];
    if (cells.join() !== [...under.cells.slice(sample * macros, (sample + 1) * macros)].join()) continue;
    compared++;
    const term = cells.reduce((sum, cell) => sum + ((cell % columns) + 0.5) / columns, 0) / macros;
    const at = sample * REWARD_LABELS.length + proxy;
    assert.ok(Math.abs(under.labels[at]! - without.labels[at]! - WEIGHT * term) < 1e-5);
  }
  assert.ok(compared >= 3, `${compared} samples with the same cells`); // annealing alone goes by costs
});

test("a term that worker threads cannot import is refused in one line", async () => {
  const missing = { ...rules, terms: [{ module: `${leftTerm.module}.missing`, weight: 1 }] };
  for (const search of Object.values(SEARCHES)) {
    const error = await search(missing).catch((caught: unknown) => caught);
    assert.ok(isInputError(error) && /cannot be imported/.test(error.message), String(error));
  }
});
