// The one WASM module: every kernel is re-exported here and nothing else is public.
export { adamStep, squaredNorm } from "./adam";
export { cellHead, cellHeadBackward } from "./cell-head";
export { gatherTaps, spreadTaps } from "./deconvolution";
export { addEdgeMeans, edgeBackward, edgeForward, edgeMeansBackward } from "./edge-network";
export {
  addColumnSums, addInto, addScaledInto, clearNumbers, copyNumbers, dotProduct, reluBackward, rowMeans,
  scaleNumbers, sumNumbers,
} from "./elementwise";
export { maskCells } from "./feasible";
export { footprintSums, sumTable } from "./footprints";
export { beginForces, endForces, relaxBodies, runForces } from "./force-directed";
export { forceStateBytes } from "./force-state";
export { evaluatePlacement, placeNodePoints, placePoints } from "./judge";
export { readMap } from "./judge-maps";
export { judgeStateBytes } from "./judge-state";
export { matmul } from "./matmul";
export { moveStateBytes } from "./move-state";
export { commitMove, revertMove, startMoves, tryMove } from "./moves";
export { topBuckets, topListBytes } from "./top-list";
export { addTransposedMatmul, denseBackward, matmulTransposed } from "./matmul-gradients";
export { resample, resampleBackward } from "./resample";
export { sumOfLargest } from "./select";
export { softmax, softmaxBackward } from "./softmax";
export { wireMask } from "./wire-mask";
export { annealFree } from "./anneal-free";
export { startFree } from "./free-bins";
export { freeAnnealBytes } from "./free-state";
export { annealGrid } from "./anneal-grid";
export { gridAnnealBytes } from "./grid-anneal-state";
export { nextInt32 } from "./random";

/** First byte that no static data of the module uses: where the heap of `kernels/index.ts` begins. */
export function heapBase(): usize {
  return __heap_base;
}
