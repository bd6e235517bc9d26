// What the viewer shows: a block, or a run's folder with its block, and placements to compare with. A run's files are
// read when they are asked for, so that a run being written is seen as it grows.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { JudgeRules } from "../env/index.js";
import {
  type Block,
  type DesignRulesMessage,
  designRulesMessage,
  InputError,
  isDefPath,
  isFile,
  loadBlock,
  type Placement,
  readPlacement,
  statusOf,
} from "../netlist/index.js";
import type { PolicyNetworkModule } from "../policy/index.js";
import {
  EDIT_FORMATS,
  type EditFormat,
  type Packed,
  PROTOCOL,
  packBlock,
  packFrames,
  packPlacement,
  type QueueState,
  type RunMetrics,
  type RunState,
  type SavedEdit,
  type Session,
  type ViewEvent,
  type ViewSource,
  withFrame,
} from "../viz/index.js";
import { type BlockOptions, judgeRules } from "./block-options.js";
import { topPlacements } from "./candidates.js";
import { readFrames } from "./frames.js";
import { loadBlockWith, loadDefWith, readRunBest } from "./load-block.js";
import { readQueueState } from "./queue-state.js";
import { METHODS } from "./registry.js";
import {
  bestOf,
  costTermsOf,
  flatSourceAt,
  isRunFolder,
  readJson,
  readOrigin,
  recordedOptions,
  runAt,
  runState,
} from "./run-record.js";
import { editsOf, lockedIn, ViewEdits } from "./view-edits.js";
import { designOfRun, frameOfBlock, frameOfDesign, type ViewedDesign } from "./view-frame.js";
import { ViewedPolicy } from "./view-policy.js";
import { hasRouting, routingOf } from "./view-routing.js";
import { metricsOfRuns, type NamedRun } from "./view-runs.js";
import { presentOf, type WatchedRun, watchRun } from "./view-watch.js";

interface Other {
  readonly id: string;
  readonly label: string;
  readonly placement: Placement;
  readonly run: string | undefined;
}

/**
 * Opens a block or a run's folder. `others` are runs, placement files or directories of the same block, to compare
 * with. Throws `InputError` if one of them is not, or is of another block.
 */
export async function openView(
  path: string,
  others: readonly string[] = [],
  { network, ...options }: BlockOptions & { readonly network?: PolicyNetworkModule | undefined } = {},
): Promise<BlockView> {
  const flat = flatSourceAt(path);
  if (flat) return openView(flat.block, others, { ...flat.options, placement: path, ...options, network });
  const named = runAt(path);
  const run = named?.folder;
  const origin = run === undefined ? { block: path, placement: undefined, options: {} } : readOrigin(run);
  const { placement = named?.placement, ...given } = options;
  const ofRun = run === undefined ? {} : { placement: origin.placement };
  const merged = { placement, ...ofRun, ...origin.options, ...given };
  // As `place` reads it: a flat netlist that was placed unclustered has its grid chosen.
  const { block, design } = await loadWithDesign(origin.block, merged, run);
  const found = await Promise.all(others.map((other, index) => openOther(other, index, block)));
  const first =
    run !== undefined && placement !== undefined
      ? [await openNamed(placement, { run, block, options: given })]
      : [];
  return new BlockView(block, run, {
    rules: judgeRules(merged),
    design,
    first,
    others: found,
    network,
    path: run ?? path,
  });
}

/** The block as it is viewed, and the design behind it: its own files, or those that its run clustered. */
async function loadWithDesign(
  path: string,
  options: BlockOptions,
  run: string | undefined,
): Promise<{ readonly block: Block; readonly design: ViewedDesign }> {
  if (isDefPath(path)) {
    const loaded = await loadDefWith(path, options);
    return {
      block: loaded.block,
      design: { name: loaded.block.name, frame: frameOfDesign(loaded, loaded.block), loaded },
    };
  }
  const block = await loadBlockWith(path, options, run !== undefined);
  if (run !== undefined) return { block, design: await designOfRun(run, block) };
  return { block, design: { name: block.name, frame: frameOfBlock(block) } };
}

/** The placement of a run that was asked for, which is shown first. */
async function openNamed(
  path: string,
  { run, block, options }: { readonly run: string; readonly block: Block; readonly options: BlockOptions },
): Promise<Other> {
  const { placement } = await readRunBest(run, { ...options, placement: path });
  if (placement.xs.length !== block.nodeCount)
    throw new Error("internal: a run was read twice, as two blocks");
  return { id: "named", label: basename(path), placement, run: undefined };
}

async function openOther(path: string, index: number, block: Block): Promise<Other> {
  const id = `other-${index + 1}`;
  const label = basename(path);
  if (isRunFolder(path)) {
    const placement = await bestOf(path, block);
    if (!placement) throw new InputError(path, "the run has no best.plc yet", "wait, or compare another");
    return { id, label, placement, run: path };
  }
  if (/\.plc(\.gz)?$/.test(path))
    return { id, label, placement: await readPlacement(path, block), run: undefined };
  const other = await loadBlock(path);
  if (other.nodeNames.join("\n") !== block.nodeNames.join("\n"))
    throw new InputError(path, `has other nodes than '${block.name}'`, "compare placements of one block");
  return { id, label, placement: other.initial, run: undefined };
}

interface ViewParts {
  readonly rules: JudgeRules;
  /** Default: the block itself, without rows and halos. */
  readonly design?: ViewedDesign;
  /** What is shown first, if that is not the best. */
  readonly first?: readonly Other[];
  /** What is compared with it. */
  readonly others?: readonly Other[];
  /** The network of the run's policy, if it is not the built-in one. */
  readonly network?: PolicyNetworkModule | undefined;
  /** The block or the run's folder, as it was named. */
  readonly path?: string;
}

/** The source of `startViewServer`. */
export class BlockView implements ViewSource {
  readonly blockItself: Block;
  readonly rules: JudgeRules;
  private readonly run: string | undefined;
  private readonly design: ViewedDesign;
  private readonly first: readonly Other[];
  private readonly others: readonly Other[];
  private readonly policy: ViewedPolicy;
  private readonly path: string;
  private readonly edits: ViewEdits;

  constructor(
    block: Block,
    run: string | undefined,
    { rules, design, first = [], others = [], network, path = run ?? block.name }: ViewParts,
  ) {
    this.blockItself = block;
    this.path = path;
    this.run = run;
    this.rules = rules;
    this.design = design ?? { name: block.name, frame: frameOfBlock(block) };
    this.edits = new ViewEdits({ block, design: this.design, run, path });
    this.first = first;
    this.others = others;
    this.policy = new ViewedPolicy(block, run, { network, judging: this.pageRules });
  }

  /** How the viewer judges: it runs no code that a run's folder names, and so leaves the run's cost terms out. */
  get pageRules(): Omit<JudgeRules, "terms"> {
    const { weights, outside } = this.rules;
    return { weights, outside };
  }

  state(): RunState {
    if (this.run === undefined) return "block";
    return this.isGone() ? "gone" : runState(this.run);
  }

  /** Whether the run's folder was deleted or moved. */
  private isGone(): boolean {
    return this.run !== undefined && !statusOf(this.run)?.isDirectory();
  }

  async session(): Promise<Session> {
    const { run } = this;
    const placements = [
      ...this.first.map(({ id, label }) => ({ id, label })),
      ...(run !== undefined && existsSync(join(run, "best.plc"))
        ? [{ id: "best", label: this.state() === "running" ? "best so far" : "best", frames: true }]
        : []),
      { id: "initial", label: run === undefined ? "as in the files" : "initial" },
      ...this.others.map(({ id, label, run }) => ({ id, label, frames: run !== undefined })),
      ...[...topsOf(run), ...editsOf(run)].map((name) => ({ id: name.replace(/\.plc$/, ""), label: name })),
    ];
    const summary = (run && (readJson(join(run, "summary.json")) as Record<string, unknown>)) || {};
    return {
      protocol: PROTOCOL,
      title: this.design.name,
      state: this.state(),
      rules: { ...this.pageRules, leftOut: run === undefined ? [] : costTermsOf(run) },
      placements,
      policy: this.policy.checkpoint !== undefined,
      ...(run !== undefined && hasRouting(run) && { routing: true }),
      writable: run !== undefined,
      path: this.path,
      formats: this.design.loaded ? EDIT_FORMATS : ["plc"],
      ...methodOf(run),
      summary,
    };
  }

  async block(): Promise<Packed> {
    return withFrame(packBlock(this.blockItself), this.design.frame);
  }

  async constraints(): Promise<DesignRulesMessage | null> {
    const { loaded } = this.design;
    return loaded ? designRulesMessage(loaded) : null;
  }

  async placement(id: string): Promise<Packed> {
    const edit = this.edits.fileOf(id);
    return packPlacement(
      await this.placementOf(id),
      edit === undefined ? [] : await lockedIn(edit, this.blockItself),
    );
  }

  /** The placement of an id that `session` lists. */
  async placementOf(id: string): Promise<Placement> {
    const { run, blockItself: block } = this;
    const other = [...this.first, ...this.others].find((candidate) => candidate.id === id);
    if (other) return other.placement;
    const top = topsOf(run).find((name) => name === `${id}.plc`);
    if (run !== undefined && top && isFile(join(run, top))) return readPlacement(join(run, top), block);
    const edit = this.edits.fileOf(id);
    if (edit !== undefined) return readPlacement(edit, block);
    return (id === "best" && run !== undefined && (await bestOf(run, block))) || block.initial;
  }

  async metrics(): Promise<RunMetrics[]> {
    return metricsOfRuns(this.runs);
  }

  /** The run shown, then those to compare with. */
  private get runs(): NamedRun[] {
    return [
      ...(this.run === undefined ? [] : [{ label: basename(this.run), run: this.run }]),
      ...this.others.flatMap(({ label, run }) => (run === undefined ? [] : [{ label, run }])),
    ];
  }

  /** Those of the run that a placement is the best of; of a block there are none. */
  async frames(of: string): Promise<Packed> {
    const run = of === "best" ? this.run : this.others.find(({ id }) => id === of)?.run;
    const path = run === undefined ? undefined : join(run, "frames.jsonl");
    return packFrames(readFrames(path, this.blockItself));
  }

  trace(): Promise<Packed> {
    return this.policy.trace();
  }

  influences(step: number, checkpoint: number): Promise<Packed> {
    return this.policy.influences(step, checkpoint);
  }

  embedding(): Promise<Packed> {
    return this.policy.embedding();
  }

  async routing(): Promise<Packed> {
    return routingOf(this.run);
  }

  save(placement: Placement, locked: readonly number[] = []): Promise<SavedEdit> {
    return this.edits.save(placement, locked);
  }

  exported(placement: Placement, locked: readonly number[], format: EditFormat): Promise<Uint8Array> {
    return this.edits.exported(placement, locked, format);
  }

  queue(): QueueState | undefined {
    return this.run === undefined ? undefined : readQueueState(this.run);
  }

  present(): ViewEvent[] {
    const { watched } = this;
    return watched ? presentOf(watched) : [{ type: "state", state: "block" }];
  }

  watch(listener: (event: ViewEvent) => void, onBug: (error: unknown) => void): () => void {
    const { watched } = this;
    return watched ? watchRun(watched, listener, onBug) : () => {};
  }

  private get watched(): WatchedRun | undefined {
    const { run } = this;
    if (run === undefined) return undefined;
    return {
      run,
      isGone: () => this.isGone(),
      state: () => this.state(),
      metrics: () => metricsOfRuns(this.runs)[0]!,
      queue: () => this.queue(),
    };
  }
}

/** Results of a run besides its best one, which is the first of them. */
function topsOf(run: string | undefined): string[] {
  return run === undefined ? [] : topPlacements(run).filter((name) => name !== "top-1.plc");
}

/** The method of a run, if it is a built-in one. */
function methodOf(run: string | undefined): Pick<Session, "method"> {
  const name = run && recordedOptions(run).method;
  const method = METHODS.find((candidate) => candidate.name === name);
  return method ? { method: { name: method.name, isWarm: method.warmStart !== undefined } } : {};
}
