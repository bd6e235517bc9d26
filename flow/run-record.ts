// What a run's folder says of itself: the files and options that it was started with, and whether it still runs.
import { existsSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { z } from "zod";
import {
  type Block,
  InputError,
  isFile,
  type Placement,
  readOwnJson,
  readPlacement,
  statusOf,
} from "../netlist/index.js";
import { checkWith, PROTOCOL_NAMES, type Protocol } from "../placer/index.js";
import type { RunState } from "../viz/index.js";
import { type BlockOptions, blockOptionsSchema, designOptions } from "./block-options.js";
import { type ClusterChoice, clusterOptions } from "./cluster.js";
import { ownerRuns } from "./folder-owner.js";
import { runOptions } from "./options.js";

export interface RunOrigin {
  /** The block as `loadBlock` takes it, and its placement file. */
  readonly block: string;
  readonly placement: string | undefined;
  readonly options: BlockOptions;
}

/** What readers need of options.json. */
const recordSchema = z.object({
  options: z.looseObject({ placement: z.string().optional() }).default({}),
  inputs: z.array(z.object({ path: z.string() })).min(1),
});

export function isRunFolder(path: string): boolean {
  const file = join(path, "options.json");
  if (!existsSync(file)) return false;
  if (RUN_OUTPUTS.some((name) => existsSync(join(path, name)))) return true;
  // A block's directory may hold a file of options for --config.
  const record = readJson(file);
  return typeof record !== "object" || record === null || "inputs" in record || "ashlar" in record;
}

/** A run, by its folder or by one of its placements: `RUN/best.plc`, `RUN/top-2.plc`, `RUN/edits/edit-1.plc`. */
export interface RunPath {
  readonly folder: string;
  /** The placement that the path names. */
  readonly placement?: string;
}

/** The run that a path stands for; undefined if it stands for none. */
export function runAt(path: string): RunPath | undefined {
  if (isRunFolder(path)) return { folder: path };
  if (!/\.plc(\.gz)?$/.test(path)) return undefined;
  // It places the block's own nodes, which a run may have clustered: see `flatSourceAt`.
  if (basename(path) === FLAT) return undefined;
  const above = dirname(path);
  const folder = basename(above) === "edits" ? dirname(above) : above;
  return isRunFolder(folder) ? { folder, placement: path } : undefined;
}

/** What `place --cells` writes beside `best.plc`: macros and standard cells. */
const FLAT = "flat.plc";

/** What `place` and `cells` write for a Bookshelf set, all of whose nodes it places. */
const OF_SET = /^(best|top-\d+)\.pl$/;

/**
 * For the `flat.plc` of a run, or for the `best.pl` or `top-2.pl` of one that placed a Bookshelf set: the block's own files,
 * and that file as their placement. Undefined for other paths.
 */
export function flatSourceAt(path: string): RunSource | undefined {
  const folder = dirname(path);
  const name = basename(path);
  if ((name !== FLAT && !OF_SET.test(name)) || !isRunFolder(folder)) return undefined;
  return { ...readRunSource(folder), placement: path };
}

/** The same path if the run has placed all standard cells of what `flatSourceAt` finds there. */
function placedCellsAt(path: string): string | undefined {
  if (!flatSourceAt(path)) return undefined;
  const isWhole = basename(path) === FLAT || cellsOfRun(dirname(path)) !== undefined;
  return isWhole && !basename(path).startsWith("top-") ? path : undefined;
}

/**
 * The placement of all standard cells that a finished run has in its folder: `best.plc` of `cells`, `flat.plc` of
 * `place --cells`. Undefined for other runs.
 */
export function cellsOfRun(folder: string): string | undefined {
  if (recordedOptions(folder).method === "cells") return join(folder, "best.plc");
  const summary = readJson(join(folder, "summary.json")) as { flat_wirelength?: unknown } | undefined;
  const isDone = runState(folder) === "finished" && summary?.flat_wirelength !== undefined;
  return isDone && isFile(join(folder, FLAT)) ? join(folder, FLAT) : undefined;
}

/**
 * The placement of all standard cells that a path stands for: that of a finished run by its folder, or the file itself.
 * Undefined for placements of macros.
 */
export function placedCellsOf(path: string): string | undefined {
  const file = placedCellsAt(path);
  if (file !== undefined) return file;
  const run = runAt(path);
  const cells = run && cellsOfRun(run.folder);
  return run?.placement === undefined || normalize(run.placement) === cells ? cells : undefined;
}

const RUN_OUTPUTS = ["checkpoints", "metrics.jsonl", "summary.json", "best.plc"];

/** The block that a run was started with: the user's own files, and how they were read and clustered. */
export interface RunSource {
  readonly block: string;
  readonly placement: string | undefined;
  readonly options: BlockOptions & Partial<ClusterChoice>;
}

/** What a run was started with. Throws `InputError` if its block is not where it was. */
export function readRunSource(folder: string): RunSource {
  const file = join(folder, "options.json");
  const read = recordSchema.safeParse(readJson(file));
  if (!read.success)
    throw new InputError(file, "is not the record of a run", "give a run's folder, or a block");
  const record = read.data;
  const paths = record.inputs.map((input) => input.path);
  const [netlist, second] = paths as [string, string | undefined];
  // After the netlist comes its placement file if it has one, else other parts of a set or a policy.
  const given = record.options.placement;
  const placement = given ?? (second !== undefined && /\.plc(\.gz)?$/.test(second) ? second : undefined);
  for (const path of [netlist, placement]) {
    const status = path === undefined ? undefined : statusOf(path);
    if (path === undefined || status?.isFile() || status?.isDirectory()) continue;
    throw new InputError(
      file,
      `the run was started with '${path}', which is ${status ? "a pipe or a device" : "not there"}`,
      "call from the folder that the run was started in",
    );
  }
  const known = Object.keys(sourceSchema.shape);
  const options = Object.entries(record.options).filter(
    ([name]) => known.includes(name) && name !== "placement",
  );
  const remedy = "give a run's folder as it was written";
  const checked = checkWith(sourceSchema, Object.fromEntries(options), `${file}:`, remedy);
  // The folder names the block. Without a placement file the netlist stood alone, whatever lies beside it.
  const whole = placement !== undefined && /^netlist\.pb\.txt(\.gz)?$/.test(basename(netlist));
  return { block: whole ? dirname(netlist) : netlist, placement, options: checked };
}

const sourceSchema = blockOptionsSchema.extend({ ...clusterOptions, seed: runOptions.seed });

/** Options that say how the files of a block are read and clustered. */
const FILE_OPTIONS = [...Object.keys(designOptions), ...Object.keys(clusterOptions), "seed", "like"];
const CLUSTER_OPTIONS = [...Object.keys(clusterOptions), "seed"];

/** What a run placed, as it can be read again. Throws `InputError` if its block is not where it was. */
export function readOrigin(folder: string): RunOrigin {
  const { block, placement, options } = readRunSource(folder);
  const without = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name))) as BlockOptions;
  // If the block was clustered, what was placed is in the folder itself, and the file options have been applied.
  if (isFile(join(folder, "netlist.pb.txt"))) {
    isFile(join(folder, "initial.plc")); // it is read with the netlist
    return { block: folder, placement: undefined, options: without(FILE_OPTIONS) };
  }
  return { block, placement, options: without(CLUSTER_OPTIONS) };
}

/** The options of a run's record, unchecked: those that readers ask for, and the others by name. */
export interface RecordedOptions extends Readonly<Record<string, unknown>> {
  readonly method?: unknown;
  readonly protocol?: unknown;
  readonly costTerms?: unknown;
}

/** The options that a run was started with; none if the folder has no record of them. */
export function recordedOptions(folder: string): RecordedOptions {
  const record = readJson(join(folder, "options.json")) as { options?: RecordedOptions } | undefined;
  return record?.options ?? {};
}

/** The protocol of a run, from its record; fd if it names none. */
export function protocolOfRun(folder: string | undefined): Protocol {
  const recorded = folder && recordedOptions(folder).protocol;
  return PROTOCOL_NAMES.find((name) => name === recorded) ?? "fd";
}

/** Names of the cost terms that a run was started with, from its record. */
export function costTermsOf(folder: string): string[] {
  const terms = (recordedOptions(folder).costTerms ?? []) as readonly { readonly name: string }[];
  return terms.map(({ name }) => name);
}

/** The cost terms of a run, and the flags that give its own code again, in a line; undefined if it had none. */
export function leftOutLine(folder: string): string | undefined {
  const names = costTermsOf(folder);
  if (names.length === 0) return undefined;
  const flags = termFlags(recordedOptions(folder));
  return `cost terms ${names.join(", ")} of the run are left out, as no code is loaded unless you name it; ${flags} counts them`;
}

function termFlags({ costTerms, costTermModules }: Readonly<Record<string, unknown>>): string {
  const weights = (costTerms ?? []) as readonly { readonly weight?: number }[];
  const modules = (costTermModules ?? []) as readonly string[];
  return modules.map((module, i) => `--cost-term ${module}=${weights[i]?.weight ?? 1}`).join(" ");
}

/** Whether the run in a folder goes on. */
export function runState(folder: string): Exclude<RunState, "gone"> {
  const runs = ownerRuns(folder);
  if (runs !== undefined) return runs ? "running" : "died";
  return existsSync(join(folder, "summary.json")) ? "finished" : "stopped";
}

/** The run's best placement of its block; undefined before it has one. */
export async function bestOf(folder: string, block: Block): Promise<Placement | undefined> {
  const path = join(folder, "best.plc");
  return isFile(path) ? readPlacement(path, block) : undefined;
}

/** The parsed file; undefined if it is not there or, for a moment, not JSON. */
export function readJson(path: string): unknown {
  try {
    return readOwnJson(path);
  } catch {
    return undefined;
  }
}
