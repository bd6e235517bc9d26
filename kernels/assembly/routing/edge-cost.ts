// What one more wire on an edge costs.
import { f64At, i32At } from "../judge/judge-state";
import { RouterState } from "./router-state";

/**
 * Cost of an edge for the net at hand: its length, times what earlier rounds say of it, times what overflows now (McMurchie
 * and Ebeling: "PathFinder: a negotiation-based performance-driven router for FPGAs", FPGA 1995). The net's own wires
 * are shared at the price of the length.
 */
// @ts-ignore: decorator
@inline
export function edgeCost(state: RouterState, edge: i32, step: f64): f64 {
  if (i32At(state.ownUses, edge) > 0) return step;
  const wires = <f64>i32At(state.usage, edge) + 1;
  const capacity = f64At(state.capacities, edge);
  const over = max<f64>(0, wires - capacity);
  const full = wires < capacity ? wires / capacity : 1;
  return step * f64At(state.history, edge) * (1 + state.pressure * over + state.fullness * full * full);
}
