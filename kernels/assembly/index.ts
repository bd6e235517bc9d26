// The one WASM module: every kernel is re-exported here and nothing else is public.
export { adamStep, squaredNorm } from "./network/adam";
export { cellHead, cellHeadBackward } from "./network/cell-head";
export { gatherTaps, spreadTaps } from "./network/deconvolution";
export { addEdgeMeans, edgeBackward, edgeForward, edgeMeansBackward } from "./network/edge-network";
export {
  addColumnSums, addInto, addScaledInto, clearNumbers, copyNumbers, dotProduct, reluBackward, rowMeans,
  scaleNumbers, sumNumbers,
} from "./network/elementwise";
export { maskCells } from "./judge/feasible";
export { footprintSums, sumTable } from "./features/footprints";
export { beginForces, endForces, relaxBodies, runForces } from "./cells/force-directed";
export { forceStateBytes } from "./cells/force-state";
export { evaluatePlacement, placeNodePoints, placePoints } from "./judge/judge";
export { readMap } from "./judge/judge-maps";
export { judgeStateBytes } from "./judge/judge-state";
export { matmul } from "./network/matmul";
export { moveStateBytes } from "./judge/move-state";
export { commitMove, revertMove, startMoves, tryMove } from "./judge/moves";
export { topBuckets, topListBytes } from "./judge/top-list";
export { addTransposedMatmul, denseBackward, matmulTransposed } from "./network/matmul-gradients";
export { resample, resampleBackward } from "./network/resample";
export { sumOfLargest } from "./judge/select";
export { softmax, softmaxBackward } from "./network/softmax";
export { wireMask } from "./features/wire-mask";
export { annealFree } from "./anneal/anneal-free";
export { startFree } from "./anneal/free-bins";
export { freeAnnealBytes } from "./anneal/free-state";
export { annealGrid } from "./anneal/anneal-grid";
export { gridAnnealBytes } from "./anneal/grid-anneal-state";
export { nextInt32 } from "./anneal/random";

/** First byte that no static data of the module uses: where the heap of `kernels/index.ts` begins. */
export function heapBase(): usize {
  return __heap_base;
}
