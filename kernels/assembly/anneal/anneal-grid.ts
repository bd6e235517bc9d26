// Simulated annealing of hard macros on grid-cell centres while soft macros stay where they are. The whole loop runs here.
// Between sweeps the caller sets temperature and proposal shares, and has the soft macros placed again.
import { centreX, centreY, fits, GridAnneal, settleCells } from "./grid-anneal-state";
import { drawKind, GridProposal, propose, proposeFlip } from "./grid-proposals";
import { i32At, JudgeState } from "../judge/judge-state";
import { exactCost, keepMove, leastCost, measureMove, MoveState, routeMove, stageNode, undoMove } from "../judge/moves";
import { uniform } from "./random";

/** A move is dropped before routing if congestion would have to improve by more than this many times its usual change. */
const SCREEN: f64 = 2;
/** Weight of the latest move in the moving average of changes. */
const CHANGE_RATE: f64 = 1.0 / 64;

/** Makes `steps` proposals. */
export function annealGrid(address: usize, steps: i32): void {
  const state = changetype<GridAnneal>(address);
  const moves = changetype<MoveState>(state.moves);
  const judge = changetype<JudgeState>(moves.judge);
  for (let step = 0; step < steps; step++) {
    const kind = drawKind(state);
    addOne(state.tried, kind);
    state.count = 0;
    let orientation: i32 = -1;
    if (kind == GridProposal.flip) orientation = proposeFlip(state, judge);
    else propose(state, judge, kind);
    if (state.count == 0 || (kind != GridProposal.flip && !fits(state, judge))) continue;
    addOne(state.feasible, kind);
    for (let i = 0; i < state.count; i++) {
      const macro = i32At(state.chosen, i);
      const node = i32At(state.macros, macro);
      const cell = i32At(state.targets, i);
      const turned = orientation >= 0 ? <u8>orientation : load<u8>(judge.orientations + node);
      stageNode(moves, node, centreX(judge, cell), centreY(judge, cell), turned);
    }
    const threshold = state.cost - state.temperature * Math.log(uniform(state.random));
    if (!passesScreen(state, moves, threshold)) {
      undoMove(moves);
      continue;
    }
    if (leastCost(moves) <= threshold) {
      const cost = exactCost(moves);
      if (cost <= threshold) {
        keepMove(moves);
        const gain = state.gains + (<usize>kind << 3);
        store<f64>(gain, load<f64>(gain) + state.cost - cost);
        state.cost = cost;
        addOne(state.accepted, kind);
        settleCells(state);
        continue;
      }
    }
    undoMove(moves);
  }
}

/**
 * Measures the move and routes it, unless wirelength and density alone exceed the threshold by so much that congestion
 * would have to improve by several times its usual change. This is a heuristic, not a bound: about one acceptable move
 * in twenty is lost, and most rejected moves take a fifth of the time.
 */
// @ts-ignore: decorator
@inline
function passesScreen(state: GridAnneal, moves: MoveState, threshold: f64): bool {
  const unrouted = measureMove(moves);
  if (unrouted > threshold + SCREEN * state.congestionChange) return false;
  routeMove(moves);
  state.congestionChange += (abs(leastCost(moves) - unrouted) - state.congestionChange) * CHANGE_RATE;
  return true;
}

// @ts-ignore: decorator
@inline
function addOne(counts: usize, kind: i32): void {
  const at = counts + (<usize>kind << 2);
  store<i32>(at, load<i32>(at) + 1);
}
