// The one WASM module: every kernel is re-exported here and nothing else is public.
export { evaluatePlacement, placeNodePoints, placePoints } from "./judge";
export { judgeStateBytes } from "./judge-state";
export { maskCells } from "./feasible";
export { beginForces, endForces, forceStateBytes, relaxBodies, runForces } from "./force-directed";
export { sumOfLargest } from "./select";

/** First byte that no static data of the module uses: where the heap of `kernels/index.ts` begins. */
export function heapBase(): usize {
  return __heap_base;
}
export { wireMask } from "./wire-mask";
