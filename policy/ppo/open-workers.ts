import type { Kernels } from "../../kernels/index.js";
import type { Block } from "../../netlist/index.js";
import { RemoteWorkers } from "./remote-workers.js";
import { ThreadWorkers, type Workers, type WorkersOptions } from "./workers.js";

/** What computes episodes and gradients of a training run: threads that share its memory, or other processes. */
export function openWorkers(kernels: Kernels, blocks: readonly Block[], options: WorkersOptions): Workers {
  const { openPool } = options;
  return openPool?.isRemote
    ? new RemoteWorkers(kernels, blocks, { ...options, openPool })
    : new ThreadWorkers(kernels, blocks, options);
}
