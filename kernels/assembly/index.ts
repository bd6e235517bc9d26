// The one WASM module. TypeScript sees the functions and constants exported here, all records (classes marked
// `@unmanaged`) and all enums; kernels/kernel-types.mjs writes their TypeScript side.

// judge: exact costs of a placement, in full and move by move; which cells a macro may take
export { guidePull } from "./judge/guides";
export { maskCells } from "./judge/feasible";
export { evaluatePlacement, placeNodePoints, placePoints } from "./judge/judge";
export { readMap } from "./judge/judge-maps";
export { DEMAND_ONE, MAP_ONE } from "./judge/judge-state";
export { MOST_NODES_PER_MOVE } from "./judge/move-state";
export { commitMove, revertMove, startMoves, tryMove } from "./judge/moves";
export { sumOfLargest } from "./judge/select";
export { BUCKETS } from "./judge/top-list";

// cells: the force-directed placer of soft macros, and the parts of the electrostatic one
export { gatherPins } from "./cells/cell-nets";
export { addCharges, gatherEdges, gatherField } from "./cells/charge-grid";
export { cosineColumns, cosineSeries, prepareTransform, sineSeries, transposeMap } from "./cells/cosine-transform";
export { beginForces, endForces, relaxBodies, runForces } from "./cells/force-directed";
export { runGlobalPhase } from "./cells/global-step";
export { momentumStep, sumIterates } from "./cells/momentum-step";
export { solvePoisson } from "./cells/poisson";
export { buildRoutes } from "./cells/smooth-route-shapes";
export { gatherRoutes, readBlockedTracks, routeDemand, sumShares } from "./cells/smooth-routes";
export { smoothTop } from "./cells/smooth-top";
export { smoothWirelength, smoothWireSlopes } from "./cells/smooth-wirelength";
export { placeByStars } from "./cells/star-start";

// rows: standard cells in rows, without overlap, and their detailed placement
export { reorderCells, shiftCells, swapCells } from "./rows/improve";
export { legaliseRows } from "./rows/legalise";
export { measureRowNets, turnCells } from "./rows/row-nets";

// routing: Steiner trees and the global router
export { findOverflowing, layPatterns, rerouteNets } from "./routing/routes";
export { buildTrees } from "./routing/steiner";

// anneal: the loops of both annealers
export { annealFree } from "./anneal/anneal-free";
export { annealGrid } from "./anneal/anneal-grid";
export { startFree } from "./anneal/free-bins";
export { MOST_CHOSEN } from "./anneal/grid-anneal-state";
export { MOST_NETS } from "./anneal/net-optimal";
export { nextInt32 } from "./anneal/random";

// features: planes of the policy's observation
export { footprintSums, sumTable } from "./features/footprints";
export { wireMask } from "./features/wire-mask";

// network: layers, their gradients, the optimizer
export { adamStep, squaredNorm } from "./network/adam";
export { cellHead, cellHeadBackward } from "./network/cell-head";
export { gatherTaps, spreadTaps } from "./network/deconvolution";
export { addEdgeMeans, edgeBackward, edgeForward, edgeMeansBackward } from "./network/edge-network";
export {
  addColumnSums, addInto, addScaledInto, clearNumbers, copyNumbers, dotProduct, reluBackward, rowMeans,
  scaleNumbers, sumNumbers,
} from "./network/elementwise";
export { matmul } from "./network/matmul";
export { addTransposedMatmul, denseBackward, matmulTransposed } from "./network/matmul-gradients";
export { resample, resampleBackward } from "./network/resample";
export { softmax, softmaxBackward } from "./network/softmax";

/** First byte that no static data of the module uses: the heap of kernels/kernels.ts starts there. */
export function heapBase(): usize {
  return __heap_base;
}
