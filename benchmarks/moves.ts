// Measures how many placements and moves one core evaluates per second: full evaluations, placements of soft macros, single
// moves that are tried and undone, and feasible proposals in the two annealing loops. One thread; all times are processor
// times.
// Run: node dist/benchmarks/moves.js BLOCK [SECONDS per row]
import { Episode, IncrementalJudge, Judge, putOnCell, sampleFeasibleCell } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, copyPlacement, loadBlock, type Placement, Random } from "../netlist/index.js";
import {
  ForceDirectedPlacer,
  FREE_ANNEAL_DEFAULTS,
  FREE_PROPOSALS,
  FreeAnnealer,
  type FreeProposal,
  GridAnnealer,
  SOFT_PROPOSALS,
} from "../placer/index.js";
import { processorSeconds } from "./part-times.js";

const SEED = 1;
/** Positions in the schedules at which the loops are timed, in turn. */
const PROGRESS = [0.1, 0.5, 0.9];
/** Sweeps of free annealing before it is timed, because nets are long only at a random start. */
const SETTLING_SLICES = 8;

/** Parts of the time of a row. The row reports their median, and the best one, which other processes disturbed least. */
const PARTS = 10;

interface Row {
  readonly what: string;
  readonly perSecond: number;
  readonly best: number;
}

/** Calls `work`, which returns how much it did, for about `seconds`, after a warm-up of a tenth of that. */
function rateOf(what: string, seconds: number, work: (turn: number) => number): Row {
  const rates: number[] = [];
  let done = 0;
  let start = processorSeconds();
  for (let turn = 0; ; turn++) {
    done += work(turn);
    const elapsed = processorSeconds() - start;
    if (elapsed < seconds / PARTS) continue;
    rates.push(done / elapsed);
    done = 0;
    start = processorSeconds();
    if (rates.length > PARTS) break;
  }
  const sorted = rates.slice(1).sort((x, y) => x - y);
  return { what, perSecond: sorted[PARTS >> 1]!, best: sorted[PARTS - 1]! };
}

/** A random legal placement with soft macros placed; it is also left in the judge. */
function randomStart(judge: Judge, cells: ForceDirectedPlacer): Placement {
  const random = Random.stream(SEED, "start");
  const episode = new Episode(judge, cells);
  while (!episode.complete) {
    episode.reset();
    while (!episode.complete && !episode.deadEnd) episode.place(sampleFeasibleCell(episode, random));
  }
  episode.finish();
  return copyPlacement(judge.placement);
}

function timeGridMoves(judge: Judge, macros: Int32Array, seconds: number): Row {
  const incremental = new IncrementalJudge(judge);
  const random = Random.stream(SEED, "moves");
  const cells = judge.block.grid.columns * judge.block.grid.rows;
  incremental.start();
  const scratch = copyPlacement(judge.placement);
  const at = { ...judge, block: judge.block, placement: scratch } as Judge;
  return rateOf("hard macro to a random cell, undone", seconds, () => {
    for (let i = 0; i < 100; i++) {
      const node = macros[random.below(macros.length)]!;
      putOnCell(at, node, random.below(cells));
      incremental.try([
        { node, x: scratch.xs[node]!, y: scratch.ys[node]!, orientation: scratch.orientations[node]! },
      ]);
      incremental.revert();
    }
    return 100;
  });
}

function timeGridLoop(judge: Judge, placement: Placement, seconds: number): Row {
  // Soft macros stay where they are, because placing them is not timed here.
  const still = { name: "still", placeSoftMacros: () => {}, estimateSoftMacros: () => {} };
  const annealer = new GridAnnealer(judge, still);
  annealer.begin(placement, Random.stream(SEED, "grid"));
  let before = 0;
  return rateOf("hard macros in the loop on grid cells", seconds, (turn) => {
    annealer.sweep(PROGRESS[turn % PROGRESS.length]!);
    const now = Object.values(annealer.counts()).reduce((sum, { feasible }) => sum + feasible, 0);
    const done = now - before;
    before = now;
    return done;
  });
}

interface FreeRow {
  readonly what: string;
  readonly seconds: number;
  readonly wanted: (kind: FreeProposal) => boolean;
}

function timeFreeLoop(judge: Judge, placement: Placement, { what, seconds, wanted }: FreeRow): Row {
  const shares = Object.fromEntries(
    FREE_PROPOSALS.map((kind) => [kind, wanted(kind) ? FREE_ANNEAL_DEFAULTS.shares[kind] : 0]),
  ) as Record<FreeProposal, number>;
  const annealer = new FreeAnnealer(judge, placement, Random.stream(SEED, "free"), { shares });
  for (let slice = 0; slice < SETTLING_SLICES; slice++) annealer.sweep(slice / SETTLING_SLICES);
  let before = Object.values(annealer.counts()).reduce((sum, { feasible }) => sum + feasible, 0);
  return rateOf(what, seconds, (turn) => {
    annealer.sweep(PROGRESS[turn % PROGRESS.length]!);
    const now = Object.values(annealer.counts()).reduce((sum, { feasible }) => sum + feasible, 0);
    const done = now - before;
    before = now;
    return done;
  });
}

function measure(block: Block, seconds: number): Row[] {
  const judge = new Judge(Kernels.create(), block);
  const cells = new ForceDirectedPlacer(judge);
  const start = randomStart(judge, cells);
  const macros = new Episode(judge, cells).macros;
  judge.evaluate(start);
  const isSoft = (kind: FreeProposal) => SOFT_PROPOSALS.includes(kind);
  return [
    rateOf("full evaluation", seconds, () => {
      judge.evaluate();
      return 1;
    }),
    rateOf("soft macros settled by force", seconds, () => {
      cells.placeSoftMacros();
      return 1;
    }),
    timeGridMoves(judge, macros, seconds),
    timeGridLoop(judge, start, seconds),
    timeFreeLoop(judge, start, { seconds, what: "soft macros in the loop, anywhere", wanted: isSoft }),
    timeFreeLoop(judge, start, {
      seconds,
      what: "hard macros in the loop, anywhere",
      wanted: (kind) => !isSoft(kind),
    }),
    timeFreeLoop(judge, start, { seconds, what: "both in the loop, anywhere", wanted: () => true }),
  ];
}

const [path, secondsText = "5"] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: node dist/benchmarks/moves.js BLOCK [SECONDS per row]");
  process.exit(1);
}
const block = await loadBlock(path);
const rows = measure(block, Number(secondsText));
console.log(`${block.name}: judged in a second on one core, ${secondsText} s each`);
for (const { what, perSecond, best } of rows) {
  const ratio = (perSecond / rows[0]!.perSecond).toFixed(perSecond < rows[0]!.perSecond ? 3 : 1);
  console.log(
    `${what.padEnd(38)} ${perSecond.toFixed(0).padStart(8)} /s ${ratio.padStart(7)} x   best tenth ${best.toFixed(0).padStart(8)} /s`,
  );
}
