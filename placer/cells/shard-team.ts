// Threads that do the shards of a kernel's phases together, in lockstep: a phase begins when all shards of the one before are done.
// Words in kernel memory tell the phase and the next shard; whoever is free takes it. Threads that find none sleep until the
// next phase.
import { Worker } from "node:worker_threads";
import type { KernelHandle, Kernels } from "../../kernels/index.js";

/** Words of the team, i32. */
const TICKET = 0; // the phase's number in the team's life, times MOST_SHARDS, plus the next shard
const PHASE = 1;
const SHARDS = 2;
const DONE = 3;
const STOPPED = 4;
const WORDS = 5;
const MOST_SHARDS = 4096;

/** What a thread of the team needs to begin. */
export interface TeamMember {
  readonly handle: KernelHandle;
  /** Byte addresses. */
  readonly words: number;
  readonly state: number;
  /** Number of the thread; 0 is the one that leads. */
  readonly thread: number;
}

/** Does the phases of `runGlobalPhase` on its own thread and on `threads - 1` others, which begin to help once they have started. */
export class ShardTeam {
  private readonly words: Int32Array;
  private readonly kernels: Kernels;
  private readonly state: number;
  private readonly workers: Worker[] = [];
  private phases = 0;

  constructor(kernels: Kernels, state: number, threads: number) {
    this.kernels = kernels;
    this.state = state;
    this.words = kernels.i32(WORDS);
    for (let thread = 1; thread < threads; thread++) {
      const workerData: TeamMember = { handle: kernels.handle, words: this.words.byteOffset, state, thread };
      const worker = new Worker(new URL("./shard-worker.js", import.meta.url), { workerData });
      worker.unref();
      this.workers.push(worker);
    }
  }

  /** Does all shards of a phase. Returns when they are done. */
  run(phase: number, shards: number): void {
    const { words, kernels, state } = this;
    if (this.workers.length === 0) {
      kernels.run.runGlobalPhase(state, phase, 0, shards, 0);
      return;
    }
    if (shards >= MOST_SHARDS)
      throw new Error(`internal: ${shards} shards, fewer than ${MOST_SHARDS} were expected`);
    Atomics.store(words, PHASE, phase);
    Atomics.store(words, SHARDS, shards);
    Atomics.store(words, DONE, 0);
    this.phases++;
    Atomics.store(words, TICKET, (this.phases * MOST_SHARDS) | 0);
    Atomics.notify(words, TICKET);
    takeShards(kernels, words, state, 0);
    for (;;) {
      const done = Atomics.load(words, DONE);
      if (done === shards) return;
      Atomics.wait(words, DONE, done);
    }
  }

  /** Lets the other threads end. */
  stop(): void {
    if (this.workers.length === 0) return;
    Atomics.store(this.words, STOPPED, 1);
    Atomics.add(this.words, TICKET, MOST_SHARDS);
    Atomics.notify(this.words, TICKET);
    this.workers.length = 0;
  }
}

/** Works in a team until it is stopped. */
export function workInTeam(kernels: Kernels, { words: address, state, thread }: TeamMember): void {
  const words = new Int32Array(kernels.handle.memory.buffer, address, WORDS);
  while (Atomics.load(words, STOPPED) === 0) {
    const ticket = takeShards(kernels, words, state, thread);
    Atomics.wait(words, TICKET, ticket);
  }
}

/** Does shards of the present phase as long as there are some. Returns the ticket that showed that there are none. */
function takeShards(kernels: Kernels, words: Int32Array, state: number, thread: number): number {
  for (;;) {
    const ticket = Atomics.load(words, TICKET);
    const shards = Atomics.load(words, SHARDS);
    const phase = Atomics.load(words, PHASE);
    const shard = ticket & (MOST_SHARDS - 1);
    if (shard >= shards) return ticket;
    // Only who still finds the same ticket has read what belongs to it.
    if (Atomics.compareExchange(words, TICKET, ticket, ticket + 1) !== ticket) continue;
    kernels.run.runGlobalPhase(state, phase, shard, shard + 1, thread);
    if (Atomics.add(words, DONE, 1) + 1 === Atomics.load(words, SHARDS)) Atomics.notify(words, DONE);
  }
}
