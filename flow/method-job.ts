// A thread of a worker that runs whole methods (queue/method-jobs.ts): their run folder is a temporary one, and what they
// tell it goes into the answer. Checkpoints and frames of the replay stay behind.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Judge, loadCostTerms } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { writeFileAtomically } from "../netlist/index.js";
import { checkWith, type RunStore } from "../placer/index.js";
import type { MethodAnswer, MethodSetup, MethodTask, RunEvent } from "../queue/index.js";
import { findMethod } from "./registry.js";

/** The jobs of a thread: `run` runs a method. */
export function openJobs({ block, rules }: MethodSetup) {
  return {
    async run({ method: name, settings, ...task }: MethodTask): Promise<MethodAnswer> {
      const started = performance.now();
      const { method } = await findMethod(name);
      const folder = mkdtempSync(join(tmpdir(), "ashlar-run-"));
      try {
        const run = new TemporaryRun(folder);
        const request = {
          ...task,
          finetune: false,
          settings: method.settings ? checkWith(method.settings, settings, "--set") : {},
        };
        await method.check?.(request);
        const judge = new Judge(Kernels.create(), block, await loadCostTerms(rules));
        const result = await method.run({
          ...{ ...request, block, judge, rules, run, resume: false },
          onProgress() {},
        });
        return { result, events: run.events, seconds: (performance.now() - started) / 1000 };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

class TemporaryRun implements RunStore {
  readonly events: RunEvent[] = [];
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(join(folder, "checkpoints"));
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomically(this.file(name), JSON.stringify(value), { durable: false });
  }

  appendMetrics<Line extends { readonly seconds: number }>(metrics: Line): void {
    this.events.push({ metrics });
  }

  async continueAfter(iterations: number): Promise<void> {
    this.events.push({ continueAfter: iterations });
  }

  beginStage(): void {
    this.events.push({ stage: true });
  }

  /** The result is in the answer. */
  async writeBest(): Promise<void> {}

  async beforeCheckpoint(): Promise<void> {}

  appendFrame(): void {}
}
