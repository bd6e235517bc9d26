// Whether a run on a queue gets on: which workers there are, and since when nothing has come back. A run that waits says
// what is missing, and ends when it has waited too long.
import type { Redis } from "ioredis";
import { GivenUpError } from "../placer/index.js";
import { buildText, ownBuild, type WorkerSign } from "./names.js";
import { seconds } from "./seconds.js";
import type { QueueServer } from "./server.js";
import { readSigns, WORKER_SIGNS } from "./signs.js";

/** Seconds without any progress after which a run ends, unless `--queue-timeout` says otherwise. */
const PATIENCE_SECONDS = 600;
/** Between two lines about what is missing, s. */
const SECONDS_PER_LINE = 30;

export interface WatchOptions {
  readonly server: QueueServer;
  readonly onLine: (line: string) => void;
  readonly patienceSeconds?: number | undefined;
}

export class Watch {
  /** Workers of this build that are alive, as far as is known. */
  workers: readonly { readonly name: string; readonly sign: WorkerSign }[] = [];
  private readonly server: QueueServer;
  private readonly onLine: (line: string) => void;
  private readonly patience: number;
  private progressAt = seconds();
  private toldAt = seconds();
  private text = "";

  constructor({ server, onLine, patienceSeconds = PATIENCE_SECONDS }: WatchOptions) {
    this.server = server;
    this.onLine = onLine;
    this.patience = patienceSeconds;
  }

  /** Something has come back. */
  progress(): void {
    this.progressAt = seconds();
    this.toldAt = this.progressAt;
  }

  /** Reads which workers there are, and says so when it changes. One that computes is progress, whoever its run is. */
  async readWorkers(redis: Redis): Promise<void> {
    const { alive } = await readSigns(redis, WORKER_SIGNS);
    const build = buildText(ownBuild());
    const own = alive.filter(({ sign }) => buildText(sign.build) === build);
    const threads = own.reduce((sum, { sign }) => sum + sign.threads, 0);
    const others = alive.length - own.length;
    this.workers = own;
    if (own.some(({ sign }) => sign.running > 0)) this.progress();
    const text =
      (own.length === 0
        ? `no worker is there; ${this.remedy()}`
        : `${own.length} worker${own.length === 1 ? "" : "s"} with ${threads} thread${threads === 1 ? "" : "s"}`) +
      (others > 0 ? `; ${others} of another version take no jobs of this one, which is ${build}` : "");
    if (text !== this.text) this.onLine(`queue: ${text}`);
    this.text = text;
  }

  /**
   * Says from time to time what a run waits for, if it does. Returns the error with which it ends once it has waited too
   * long.
   */
  check({
    isWaiting,
    isConnected,
  }: {
    readonly isWaiting: boolean;
    readonly isConnected: boolean;
  }): GivenUpError | undefined {
    if (!isWaiting) this.progress();
    const waited = seconds() - this.progressAt;
    const missing = !isConnected
      ? `no connection to ${this.server.address}; is the server running there?`
      : this.workers.length === 0
        ? `no worker is there; ${this.remedy()}`
        : undefined;
    if (waited >= this.patience)
      return new GivenUpError(
        `--queue ${this.server.address}`,
        `nothing has come back for ${this.patience} s (${missing ? missing.split(";")[0] : "workers are there, but none computes"})`,
        "all steps before are kept",
      );
    if (missing && seconds() - this.toldAt >= SECONDS_PER_LINE) {
      this.toldAt = seconds();
      this.onLine(
        `queue: waiting for ${waited.toFixed(0)} s: ${missing}; the run ends after ${this.patience} s without progress`,
      );
    }
    return undefined;
  }

  private remedy(): string {
    return `start one with: ashlar worker --queue ${this.server.address}`;
  }
}
