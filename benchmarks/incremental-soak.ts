// Makes a million random moves of every kind with the incremental judge and undoes half of them. At intervals a second
// judge evaluates the placement in full: costs and maps must be equal to the last bit.
// Run: node dist/benchmarks/incremental-soak.js BLOCK [MOVES] [SEED]. Exits with 1 at the first difference.
import { IncrementalJudge, Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { loadBlock, Random } from "../netlist/index.js";
import { RandomMoves } from "../test/support/random-moves.js";

const CHECK_EVERY = 10_000;

const [path, movesText = "1000000", seedText = "1"] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: node dist/benchmarks/incremental-soak.js BLOCK [MOVES] [SEED]");
  process.exit(1);
}
const block = await loadBlock(path);
const judge = new Judge(Kernels.create(), block);
const reference = new Judge(Kernels.create(), block);
const incremental = new IncrementalJudge(judge);
let costs = incremental.start(block.initial);
const random = Random.stream(Number(seedText), "soak");
const drawer = new RandomMoves(block, judge.placement, random);
const kinds = new Map<string, number>();
const total = Number(movesText);
const started = performance.now();
let undone = 0;
let checks = 0;
for (let move = 1; move <= total; move++) {
  const { kind, moves } = drawer.draw();
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const after = incremental.try(moves);
  if (random.below(2) === 0) {
    incremental.revert();
    undone++;
  } else {
    incremental.commit();
    costs = after;
  }
  if (move % CHECK_EVERY !== 0 && move !== total) continue;
  checks++;
  const full = reference.evaluate(judge.placement);
  if (JSON.stringify(full) !== JSON.stringify(costs) || !sameMaps()) {
    console.error(
      `${block.name}: differs after ${move} moves\n  full        ${JSON.stringify(full)}\n  incremental ${JSON.stringify(costs)}`,
    );
    process.exit(1);
  }
}
const seconds = (performance.now() - started) / 1000;
console.log(
  `${block.name}: ${total} moves in ${seconds.toFixed(1)} s, ${undone} undone, ${checks} full evaluations, all equal to the last bit`,
);
for (const [kind, count] of kinds) console.log(`${kind.padEnd(14)} ${String(count).padStart(8)}`);

function sameMaps(): boolean {
  const kept = judge.maps();
  const full = reference.maps();
  return (["density", "horizontal", "vertical"] as const).every((name) =>
    kept[name].every((value, cell) => value === full[name][cell]),
  );
}
