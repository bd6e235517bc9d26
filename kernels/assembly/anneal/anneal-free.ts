// Simulated annealing of hard and soft macros anywhere on the canvas (protocol `free`). The whole loop runs here; the
// caller sets temperature, reach and proposal shares between sweeps. Proposals: free-soft.ts, free-hard.ts.
import { f64At, i32At } from "../judge/judge-state";
import { rebin } from "./free-bins";
import {
  proposeFlip, proposeHardOptimal, proposeSameSwap, proposeShift, proposeSlide, proposeSwap, proposeTurn,
} from "./free-hard";
import {
  proposeCooling, proposeRouteShift, proposeSoftOptimal, proposeSoftStep, proposeSoftSwap,
} from "./free-soft";
import { FreeAnneal, swapSides } from "./free-state";
import { applyMove, exactCost, keepMove, leastCost, MoveState, undoMove } from "../judge/moves";
import { uniform } from "./random";

/** Kinds of proposals, those of soft macros first. Their names are those of the annealer's settings. */
export enum FreeProposal {
  softOptimal,
  softStep,
  softSwap,
  routeShift,
  cooling,
  sameSwap,
  swap,
  shift,
  slide,
  flip,
  turn,
  hardOptimal,
}
const KINDS: i32 = FreeProposal.hardOptimal + 1;

/** Work of a proposal before any point is moved, in points. */
const WORK_OF_PROPOSAL: f64 = 8;

/** Makes `steps` proposals. */
export function annealFree(address: usize, steps: i32): void {
  const state = changetype<FreeAnneal>(address);
  const moves = changetype<MoveState>(state.moves);
  for (let step = 0; step < steps; step++) {
    const kind = drawKind(state);
    addOne(state.tried, kind);
    moves.moveCount = 0;
    state.chosenCount = 0;
    state.turned = -1;
    propose(state, kind);
    if (moves.moveCount == 0) {
      addNumber(state.work, kind, WORK_OF_PROPOSAL);
      continue;
    }
    addOne(state.feasible, kind);
    const threshold = state.cost - state.temperature * Math.log(uniform(state.random));
    applyMove(moves);
    addNumber(state.work, kind, WORK_OF_PROPOSAL + <f64>(moves.pointCount + moves.netCount));
    if (leastCost(moves) <= threshold) {
      const cost = exactCost(moves);
      if (cost <= threshold) {
        keepMove(moves);
        if (cost < state.cost) addNumber(state.gains, kind, state.cost - cost);
        state.cost = cost;
        addOne(state.accepted, kind);
        for (let i = 0; i < state.chosenCount; i++) rebin(state, i32At(state.chosen, i));
        continue;
      }
    }
    undoMove(moves);
    if (state.turned >= 0) swapSides(state, state.turned);
  }
  exactCost(moves); // updates the judge's sums, as the last move may have been undone
}

// @ts-ignore: decorator
@inline
function addOne(counts: usize, kind: i32): void {
  const at = counts + (<usize>kind << 2);
  store<i32>(at, load<i32>(at) + 1);
}

// @ts-ignore: decorator
@inline
function addNumber(sums: usize, kind: i32, amount: f64): void {
  const at = sums + (<usize>kind << 3);
  store<f64>(at, load<f64>(at) + amount);
}

function drawKind(state: FreeAnneal): i32 {
  const draw = uniform(state.random);
  for (let kind = 0; kind < KINDS - 1; kind++) if (draw <= f64At(state.shares, kind)) return kind;
  return KINDS - 1;
}

function propose(state: FreeAnneal, kind: i32): void {
  switch (kind) {
    case FreeProposal.softOptimal: return proposeSoftOptimal(state);
    case FreeProposal.softStep: return proposeSoftStep(state);
    case FreeProposal.softSwap: return proposeSoftSwap(state);
    case FreeProposal.routeShift: return proposeRouteShift(state);
    case FreeProposal.cooling: return proposeCooling(state);
    case FreeProposal.sameSwap: return proposeSameSwap(state);
    case FreeProposal.swap: return proposeSwap(state);
    case FreeProposal.shift: return proposeShift(state);
    case FreeProposal.slide: return proposeSlide(state);
    case FreeProposal.flip: return proposeFlip(state);
    case FreeProposal.turn: return proposeTurn(state);
    default: return proposeHardOptimal(state);
  }
}
