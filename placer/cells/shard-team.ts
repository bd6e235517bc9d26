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
const FAILED = 5;
const WORDS = 6;
const MOST_SHARDS = 4096;
/** No phase has a shard of this number. */
const NO_SHARD = MOST_SHARDS - 1;

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
    this.phases++;
    const first = (this.phases * MOST_SHARDS) | 0;
    // Closed while the words change: a thread that still holds the last ticket of the phase before must not take it for one of
    // this phase, which may have more shards.
    Atomics.store(words, TICKET, first + NO_SHARD);
    Atomics.store(words, PHASE, phase);
    Atomics.store(words, SHARDS, shards);
    Atomics.store(words, DONE, 0);
    Atomics.store(words, TICKET, first);
    Atomics.notify(words, TICKET);
    takeShards(kernels, words, state, 0);
    for (;;) {
      if (Atomics.load(words, FAILED) === 1) throw new Error("internal: a thread that places cells failed");
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
  for (;;) {
    const ticket = takeOrFail(kernels, words, state, thread);
    // Asked after the ticket was read: who has seen the last ticket does not sleep on it.
    if (Atomics.load(words, STOPPED) === 1) return;
    Atomics.wait(words, TICKET, ticket);
  }
}

/** Like `takeShards`. If that fails, the leader is told, which would wait for ever for the shard. */
function takeOrFail(kernels: Kernels, words: Int32Array, state: number, thread: number): number {
  try {
    return takeShards(kernels, words, state, thread);
  } catch (error) {
    Atomics.store(words, FAILED, 1);
    Atomics.add(words, DONE, MOST_SHARDS); // wakes a leader that is just about to sleep
    Atomics.notify(words, DONE);
    throw error;
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
