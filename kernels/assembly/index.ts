// The one WASM module: every kernel is re-exported here and nothing else is public.
export * from "./adam";
export * from "./cell-head";
export * from "./deconvolution";
export * from "./edge-network";
export * from "./elementwise";
export * from "./matmul";
export * from "./matmul-gradients";
export * from "./resample";
export * from "./select";
export * from "./softmax";

/** First byte that no static data of the module uses: where the heap of `kernels/index.ts` begins. */
export function heapBase(): usize {
  return __heap_base;
}
