// A run's folder: resolved options, metrics, checkpoints, the best placement so far, and at the end the summary.
// Files are replaced whole, so that a kill at any moment leaves the last good state; metrics grow by whole lines.
import { createHash } from "node:crypto";
import { appendFileSync, createReadStream, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Costs } from "../env/index.js";
import { type Block, InputError, type Placement, writeFileAtomically, writePlc } from "../netlist/index.js";
import { VERSION } from "./version.js";

const RUN_FILES = ["options.json", "metrics.jsonl", "summary.json", "best.plc", "best.svg", "report.html"];

export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Opens a folder for a run. A folder that holds a run is gone on with (`resume`) or started over; to go on, the
   * options that shape the result must be the same.
   */
  static async open(
    path: string,
    options: Readonly<Record<string, unknown>>,
    inputs: readonly string[],
    resume: boolean,
  ): Promise<RunFolder> {
    try {
      mkdirSync(join(path, "checkpoints"), { recursive: true });
    } catch (error) {
      throw new InputError(
        path,
        `cannot be made a folder (${(error as Error).message})`,
        "choose another --out",
      );
    }
    const folder = new RunFolder(path);
    const record = { ashlar: VERSION, options, inputs: await Promise.all(inputs.map(hashOf)) };
    if (resume && existsSync(folder.file("options.json"))) {
      folder.refuseOtherInputs(record.inputs);
    } else {
      for (const name of RUN_FILES) rmSync(folder.file(name), { force: true });
      rmSync(folder.file("checkpoints"), { recursive: true, force: true });
      mkdirSync(folder.file("checkpoints"));
    }
    await folder.writeJson("options.json", record);
    return folder;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomically(this.file(name), `${JSON.stringify(value, null, 2)}\n`);
  }

  /** Keeps the best placement so far on disk. */
  async writeBest(block: Block, placement: Placement, costs: Costs): Promise<void> {
    await writePlc(this.file("best.plc"), block, placement, { costs });
  }

  /** Adds a line to metrics.jsonl. */
  appendMetrics(metrics: object): void {
    appendFileSync(this.file("metrics.jsonl"), `${JSON.stringify(metrics)}\n`);
  }

  /** Cuts metrics.jsonl back to the iterations that a checkpoint knows: a kill may have come in between. */
  async keepMetrics(iterations: number): Promise<void> {
    const kept = this.readMetrics().filter((line) => Number(line.iteration) <= iterations);
    await writeFileAtomically(
      this.file("metrics.jsonl"),
      kept.map((line) => `${JSON.stringify(line)}\n`),
    );
  }

  /** The metrics so far; a line that a kill cut short is left out. */
  readMetrics(): Record<string, unknown>[] {
    if (!existsSync(this.file("metrics.jsonl"))) return [];
    return readFileSync(this.file("metrics.jsonl"), "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  private refuseOtherInputs(inputs: readonly InputHash[]): void {
    const before = JSON.parse(readFileSync(this.file("options.json"), "utf8")) as { inputs?: InputHash[] };
    const known = new Set((before.inputs ?? []).map((input) => input.sha256));
    const changed = inputs.find((input) => !known.has(input.sha256));
    if (changed)
      throw new InputError(
        changed.path,
        `is not the file that the run in '${this.path}' was started with`,
        "resume with the same files, or choose another --out",
      );
  }
}

interface InputHash {
  readonly path: string;
  readonly sha256: string;
}

async function hashOf(path: string): Promise<InputHash> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { path, sha256: hash.digest("hex") };
}
