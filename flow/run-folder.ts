// A run's folder: resolved options, metrics, checkpoints, the best placement so far, and at the end the summary.
// Files are replaced whole, so that a kill at any moment leaves the last good state; metrics grow by whole lines.
import { createHash } from "node:crypto";
import { createReadStream, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Costs } from "../env/index.js";
import {
  appendToFile,
  type Block,
  InputError,
  isFile,
  makeFolder,
  namesIn,
  type Placement,
  readError,
  readOwnJson,
  removeFile,
  statusOf,
  writeFileAtomically,
  writePlc,
} from "../netlist/index.js";
import { migrated, type OldNames, type RunStore, type ScoredPlacement } from "../placer/index.js";
import { CANDIDATES_FILE, type Candidates, removeTopResults } from "./candidates.js";
import { eventFileHeader, metricsEvent } from "./event-file.js";
import { refuseRunning, takeFolder } from "./folder-owner.js";
import { appendFrame, keepFrames, lastFrameCost } from "./frames.js";
import { readJsonLines } from "./json-lines.js";
import { settingsOfTexts } from "./options.js";
import { codeFlags } from "./own-module.js";
import { VERSION } from "./version.js";

/** Options that may differ when a run is resumed: how long, how fast, where, and what follows the search. */
const MAY_CHANGE = [
  ...["budget", "iterations", "workers", "queue", "queueTimeout", "queueMode"],
  ...["top", "out", "resume", "force", "cells"],
  ...["methodModule", "costTermModules", "networkModule"], // their content is compared, with that of all inputs
];

const METRICS = "metrics.jsonl";
const EVENTS = "events.out.tfevents.ashlar";
/** What is there at the end goes first: a process killed while it starts over leaves no summary of what is gone. */
const RUN_FILES = [
  "summary.json",
  "options.json",
  METRICS,
  EVENTS,
  "frames.jsonl",
  "best.plc",
  "best.def",
  "best.tcl",
  "best.pl",
  "flat.plc",
  "best.svg",
  "report.html",
  "netlist.pb.txt",
  "initial.plc",
  "groups.txt",
  "policy.safetensors",
  "reward.safetensors",
  "scatter.svg",
  "queue.json",
];

export class RunFolder implements RunStore {
  readonly path: string;
  private readonly record: RunRecord;
  /** Iterations in metrics.jsonl, and the cost of the last frame. */
  private iterations = 0;
  private frameCost = Number.POSITIVE_INFINITY;
  private terms: PlacementTerms | undefined;
  private candidates: Candidates | undefined;
  /** Spent up to the last line of metrics.jsonl, and of that by the stages and processes before this one, s. */
  private secondsSpent = 0;
  private secondsBefore = 0;
  /** Wall-clock time of the processes that this one resumes, s. */
  earlierSeconds = 0;

  /** Lets other processes write here. */
  private readonly release: () => void;

  private constructor(path: string, record: RunRecord, release: () => void) {
    this.path = path;
    this.record = record;
    this.release = release;
  }

  /**
   * Opens a folder for a run, which `whileOpen` ends. A folder that holds a run is resumed or started over. To resume,
   * inputs and the options that shape the result must be the same, and `continueAfter` must follow before anything else
   * is written. Throws `InputError` if they are not, and while another process writes to the folder.
   */
  static async open(spec: RunSpec): Promise<RunFolder> {
    const { out: path, options, inputs, resume } = spec;
    refuseTaken(path, spec);
    makeFolder(path);
    makeFolder(join(path, "checkpoints"));
    const record = {
      ashlar: VERSION,
      options: plain(options),
      inputs: await Promise.all(inputs.map(hashOf)),
    };
    const folder = new RunFolder(path, record, takeFolder(path));
    try {
      refuseOverwriting(path, spec); // another process may have ended meanwhile
      if (resume && isFile(folder.file("options.json"))) folder.readBefore(spec);
      else await folder.startOver();
    } catch (error) {
      folder.release();
      throw error;
    }
    return folder;
  }

  /** Reads what a run that is resumed has left. */
  private readBefore(spec: RunSpec): void {
    this.refuseOtherRun(spec);
    const lines = this.readMetrics();
    this.iterations = lines.length;
    this.secondsSpent = Number(lines.at(-1)?.seconds ?? 0);
    removeFile(this.file("queue.json")); // of a process that is gone
    this.earlierSeconds = Math.max(this.secondsSpent, secondsOf(this.file("summary.json")));
    this.frameCost = lastFrameCost(this.file("frames.jsonl"));
  }

  private async startOver(): Promise<void> {
    for (const name of RUN_FILES) removeFile(this.file(name));
    removeTopResults(this.path);
    rmSync(this.file("checkpoints"), { recursive: true, force: true });
    makeFolder(this.file("checkpoints"));
    await this.writeRecord("options.json", this.record);
  }

  /**
   * Continues after `iterations` iterations: cuts the metrics back to them, but not the time that others took, and
   * records the options now in force.
   */
  async continueAfter(iterations: number): Promise<void> {
    await this.keepMetrics(iterations);
    this.candidates?.readAfter(this.file(CANDIDATES_FILE), iterations);
    await keepFrames(this.file("frames.jsonl"), iterations);
    this.iterations = iterations;
    this.frameCost = lastFrameCost(this.file("frames.jsonl"));
    this.beginStage();
    await this.writeRecord("options.json", this.record);
  }

  /** Seconds of the metrics that follow are counted on from the last line's. */
  beginStage(): void {
    this.secondsBefore = this.secondsSpent;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Keeps a state that is soon replaced by a later one. */
  async writeJson(name: string, value: unknown): Promise<void> {
    await this.beforeCheckpoint();
    await writeFileAtomically(this.file(name), jsonText(value), { durable: false });
  }

  /** Several different results are asked for: what is offered is kept in `candidates`. */
  keepCandidates(candidates: Candidates | undefined): void {
    this.candidates = candidates;
  }

  get offer(): RunStore["offer"] {
    const { candidates } = this;
    return candidates && ((placement, costs) => candidates.offer(placement, costs));
  }

  /** Keeps the candidates of the moment that the next checkpoint is of. */
  async beforeCheckpoint(): Promise<void> {
    const generations = this.candidates?.generations(this.iterations);
    if (generations)
      await writeFileAtomically(this.file(CANDIDATES_FILE), JSON.stringify(generations), { durable: false });
  }

  /** Writes the last file of a run, after all others. A summary that is there can be relied on. */
  async writeSummary(summary: object): Promise<void> {
    await this.writeRecord("summary.json", summary);
  }

  private async writeRecord(name: string, value: object): Promise<void> {
    await writeFileAtomically(this.file(name), jsonText(value));
  }

  /** Does the run's work. The folder is free when it ends, well or not; `running.json` stays if the process is killed. */
  async whileOpen<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  /**
   * Sets in which block's terms `writeBest` writes the placements that a method finds; undefined: in those of the block that
   * it is given.
   */
  writesAs(terms: PlacementTerms | undefined): void {
    this.terms = terms;
  }

  /** Keeps the best placement so far on disk, and a frame of it if it is better than the last one. */
  async writeBest(block: Block, placement: Placement, costs: Costs): Promise<void> {
    await this.keepBest(block, { placement, costs }, false);
  }

  /** Adds a frame for the replay of a placement on its way, which is no best one. It belongs to the last line of metrics. */
  appendFrame(
    given: Block,
    found: Placement,
    { costs, cells = false }: { readonly costs: Costs; readonly cells?: boolean },
  ): void {
    const block = this.terms?.block ?? given;
    const placement = this.terms?.toScored(found) ?? found;
    const frame = { iteration: this.iterations, block, placement, costs, cells, passing: true };
    appendFrame(this.file("frames.jsonl"), frame);
  }

  /** The same at the end of the run. */
  async writeFinal(block: Block, placement: Placement, costs: Costs): Promise<void> {
    await this.keepBest(block, { placement, costs }, true);
  }

  private async keepBest(
    given: Block,
    { placement: found, costs }: ScoredPlacement,
    durable: boolean,
  ): Promise<void> {
    this.candidates?.offer(found, costs);
    const block = this.terms?.block ?? given;
    const placement = this.terms?.toScored(found) ?? found;
    if (costs.proxyCost < this.frameCost) {
      this.frameCost = costs.proxyCost;
      appendFrame(this.file("frames.jsonl"), { iteration: this.iterations + 1, block, placement, costs });
    }
    await writePlc(this.file("best.plc"), block, placement, { costs, durable });
  }

  /** Adds a line to metrics.jsonl, and its numbers to TensorBoard's file; `seconds` are those of this stage. */
  appendMetrics<Line extends { readonly seconds: number }>(metrics: Line): void {
    this.iterations++;
    this.secondsSpent = this.secondsBefore + metrics.seconds;
    const line = { ...metrics, seconds: this.secondsSpent };
    appendToFile(this.file(METRICS), `${JSON.stringify(line)}\n`);
    if (!existsSync(this.file(EVENTS))) appendToFile(this.file(EVENTS), eventFileHeader());
    appendToFile(this.file(EVENTS), metricsEvent(line));
  }

  /** Cuts metrics.jsonl back to the iterations that a checkpoint knows: a kill may have come in between. */
  private async keepMetrics(iterations: number): Promise<void> {
    const kept = this.readMetrics().filter((line) => Number(line.iteration) <= iterations);
    await writeFileAtomically(
      this.file(METRICS),
      kept.map((line) => `${JSON.stringify(line)}\n`),
    );
    await writeFileAtomically(
      this.file(EVENTS),
      Buffer.concat([eventFileHeader(), ...kept.map((line) => metricsEvent(line))]),
    );
  }

  /** The metrics so far. */
  readMetrics(): Record<string, unknown>[] {
    return readMetricsOf(this.path);
  }

  private refuseOtherRun({ oldNames = {}, defaults = {} }: RunSpec): void {
    const { inputs, options } = this.record;
    const before = this.readRecord(oldNames);
    const all = inputs.length > before.inputs.length ? inputs : before.inputs;
    const flags = codeFlags(before.options);
    const again = flags && ` (with ${flags})`;
    const changed = all.findIndex((_, i) => inputs[i]?.sha256 !== before.inputs[i]?.sha256);
    if (changed >= 0)
      throw new InputError(
        (inputs[changed] ?? before.inputs[changed])!.path,
        inputs[changed]
          ? `is not the file that the run in '${this.path}' was started with`
          : `is not given, but the run in '${this.path}' was started with it`,
        `resume with the same files in the same order${again}, or choose another --out`,
      );
    const names = Object.keys({ ...before.options, ...options });
    for (const name of names.filter((name) => !MAY_CHANGE.includes(name))) {
      // A run that is older than an option was as the option's default is.
      const isNew = !(name in before.options) && name in options;
      const values = [isNew ? defaults[name] : before.options[name], options[name]];
      const [was, is] = values.map((value) => (isNothing(value) ? undefined : JSON.stringify(value)));
      if (isDeepStrictEqual(values[0], values[1]) || was === is) continue;
      throw new InputError(
        this.path,
        `the run was started with ${name} ${was ?? "not set"}, now it is ${is ?? "not set"}`,
        "resume with the same options, or choose another --out",
      );
    }
  }

  private readRecord(oldNames: OldNames): RunRecord {
    try {
      const { options, inputs } = readOwnJson(this.file("options.json")) as RunRecord;
      if (typeof options === "object" && Array.isArray(inputs))
        return { ashlar: "", options: withTodaysNames(options, oldNames), inputs };
    } catch {
      // told below
    }
    throw new InputError(
      this.file("options.json"),
      "is not the record of a run",
      "choose another --out, or start over without --resume",
    );
  }
}

/** The block that placements are written for, and how they become placements of it. */
export interface PlacementTerms {
  readonly block: Block;
  toScored(placement: Placement): Placement;
}

/** A run folder and what it records. */
export interface RunSpec {
  readonly out: string;
  /** All options by name, defaults filled in; a resumed run must have the same. Kept as JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files that the result depends on. */
  readonly inputs: readonly string[];
  readonly resume: boolean;
  /** Replace the run that is there. */
  readonly force?: boolean;
  /** Names of options that changed since older records were written: `teach`, `settings.cycle`. */
  readonly oldNames?: OldNames | undefined;
  /** What options are that are not given, for records that are older than an option. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What a run leaves that is worth keeping. */
const RESULTS = ["best.plc", "summary.json", "policy.safetensors", "reward.safetensors"];

/** Throws `InputError` if another process writes to a folder, or `refuseOverwriting` does. */
export function refuseTaken(out: string, how: Pick<RunSpec, "resume" | "force">): void {
  refuseRunning(out);
  refuseOverwriting(out, how);
}

/**
 * Throws `InputError` if a folder holds the result of a run or the checkpoint of one, and it is neither to be resumed nor
 * replaced.
 */
export function refuseOverwriting(
  out: string,
  { resume, force = false }: { readonly resume: boolean; readonly force?: boolean },
): void {
  if (resume && force)
    throw new InputError("--force", "replaces a run, --resume continues it", "give one of the two");
  if (resume || force || !statusOf(out)?.isDirectory()) return;
  const checkpoints = statusOf(join(out, "checkpoints"))?.isDirectory()
    ? namesIn(join(out, "checkpoints")).length
    : 0;
  if (checkpoints === 0 && !RESULTS.some((name) => existsSync(join(out, name)))) return;
  throw new InputError(
    out,
    "holds a run already",
    "continue it with --resume, replace it with --force, or choose another --out",
  );
}

/** The seconds that a summary says; 0 without one. */
function secondsOf(path: string): number {
  try {
    return Number((readOwnJson(path) as { seconds?: unknown } | null)?.seconds) || 0;
  } catch {
    return 0;
  }
}

/** As JSON has it: without what is undefined. */
function plain(options: RunSpec["options"]): RunSpec["options"] {
  return JSON.parse(JSON.stringify(options)) as RunSpec["options"];
}

/** An option that is not given, as a list or settings that are empty. */
function isNothing(value: unknown): boolean {
  return (
    value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0)
  );
}

/** Options of a record that version 0.1 wrote: settings were texts under `set`, and some had other names. */
function withTodaysNames(
  { set, ...options }: Readonly<Record<string, unknown>>,
  oldNames: OldNames,
): RunRecord["options"] {
  const settings = Array.isArray(set) ? settingsOfTexts(set as string[]) : options.settings;
  return plain(migrated({ ...options, settings }, oldNames, () => {}));
}

interface RunRecord {
  readonly ashlar: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: readonly InputHash[];
}

interface InputHash {
  readonly path: string;
  readonly sha256: string;
}

async function hashOf(path: string): Promise<InputHash> {
  const hash = createHash("sha256");
  const status = statusOf(path);
  if (status && !status.isFile())
    throw new InputError(
      path,
      "is no file, and a run keeps the checksums of its inputs",
      "save it as a file",
    );
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    throw readError(path, error);
  }
  return { path, sha256: hash.digest("hex") };
}

/** The metrics of the run in a folder; a line that a kill cut short is left out. */
export function readMetricsOf(path: string): Record<string, unknown>[] {
  return readJsonLines(join(path, METRICS));
}
