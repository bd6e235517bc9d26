// What the viewer shows: a block, or a run's folder with its block, and placements to compare with. A run's files are
// read when they are asked for, so that a run being written is seen as it grows.
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { JudgeRules } from "../env/index.js";
import {
  type Block,
  type DesignRulesMessage,
  defPieces,
  defPlacesOf,
  designRulesMessage,
  InputError,
  isDefPath,
  isFile,
  isInputError,
  loadBlock,
  macroPlacementTcl,
  makeFolder,
  NodeKind,
  namesIn,
  type Placement,
  plcText,
  readPlacement,
  readPlc,
  statusOf,
  writeFileAtomically,
  writeNewFile,
} from "../netlist/index.js";
import { PROTOCOL_NAMES, type Protocol } from "../placer/index.js";
import {
  LATEST_CHECKPOINT,
  type PolicyNetworkModule,
  readTrainCheckpoint,
  tracePolicy,
} from "../policy/index.js";
import {
  EDIT_FORMATS,
  type EditFormat,
  type Packed,
  PROTOCOL,
  packBlock,
  packEmbedding,
  packFrames,
  packPlacement,
  packTrace,
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
import { principalPlane } from "./embedding-plane.js";
import { readFrames } from "./frames.js";
import { byNames } from "./given-places.js";
import { loadBlockWith, loadDefWith, readRunBest } from "./load-block.js";
import { QUEUE_FILE, readQueueState } from "./queue-state.js";
import { METHODS } from "./registry.js";
import {
  bestOf,
  costTermsOf,
  flatSourceAt,
  isRunFolder,
  readJson,
  readOrigin,
  runAt,
  runState,
} from "./run-record.js";
import { designOfRun, frameOfBlock, frameOfDesign, type ViewedDesign } from "./view-frame.js";
import { hasRouting, routingOf } from "./view-routing.js";
import { metricsOfRuns, type NamedRun } from "./view-runs.js";

/** How often a run's files are looked at, ms. */
const LOOK_EVERY = 400;

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

/** A policy's episode and embeddings. */
interface PolicyView {
  readonly trace: Packed;
  readonly embedding: Packed;
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
  private readonly network: PolicyNetworkModule | undefined;
  private policy: { readonly stamp: number; readonly view: Promise<PolicyView> } | undefined;
  /** Number of the last edit that was saved here. */
  private lastEdit = 0;
  private readonly path: string;
  /** Of the DEF file when it was read. */
  private readonly designStamp: number;

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
    this.designStamp = stampOf(design?.loaded?.design.path ?? "");
    this.first = first;
    this.others = others;
    this.network = network;
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
      policy: this.checkpoint() !== undefined,
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
    const edit = this.editFile(id);
    return packPlacement(
      await this.placementOf(id),
      edit === undefined ? [] : await lockedIn(edit, this.blockItself),
    );
  }

  private editFile(id: string): string | undefined {
    const edit = editsOf(this.run).find((name) => name === `${id}.plc`);
    const file = join(this.run ?? "", "edits", edit ?? "");
    return edit !== undefined && isFile(file) ? file : undefined;
  }

  /** The placement of an id that `session` lists. */
  async placementOf(id: string): Promise<Placement> {
    const { run, blockItself: block } = this;
    const other = [...this.first, ...this.others].find((candidate) => candidate.id === id);
    if (other) return other.placement;
    const top = topsOf(run).find((name) => name === `${id}.plc`);
    if (run !== undefined && top && isFile(join(run, top))) return readPlacement(join(run, top), block);
    const edit = this.editFile(id);
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

  async trace(): Promise<Packed> {
    return (await this.policyView()).trace;
  }

  async embedding(): Promise<Packed> {
    return (await this.policyView()).embedding;
  }

  async routing(): Promise<Packed> {
    return routingOf(this.run);
  }

  async save(placement: Placement, locked: readonly number[] = []): Promise<SavedEdit> {
    if (this.run === undefined)
      throw new InputError("save", "a block has no run folder to save in", "download the placement instead");
    if (this.isGone())
      throw new InputError(this.run, "the run's folder is gone", "download the placement instead");
    const folder = join(this.run, "edits");
    makeFolder(folder);
    // No number twice, though edits were deleted, or other viewers of the run save theirs.
    for (const name of editsOf(this.run)) this.lastEdit = Math.max(this.lastEdit, numberOf(name));
    for (;;) {
      const name = `edit-${++this.lastEdit}.plc`;
      const text = this.plcTextOf(placement, locked, name);
      if (!(await writeNewFile(join(folder, name), text))) continue;
      const file = `edits/${name}`;
      try {
        if (this.design.loaded)
          for (const format of ["def", "tcl"] as const)
            await writeFileAtomically(
              join(folder, name.replace(/plc$/, format)),
              this.piecesOf(placement, format),
            );
        return { file };
      } catch (error) {
        if (!isInputError(error)) throw error;
        return { file, problem: error.message };
      }
    }
  }

  async exported(placement: Placement, locked: readonly number[], format: EditFormat): Promise<Uint8Array> {
    if (format === "plc")
      return Buffer.from(this.plcTextOf(placement, locked, `${this.blockItself.name}.plc`));
    if (!this.design.loaded)
      throw new InputError(format, `'${this.blockItself.name}' is no DEF design`, "download it as .plc");
    const pieces: Uint8Array[] = [];
    for await (const piece of this.piecesOf(placement, format)) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces);
  }

  /** Locked macros are fixed in it. */
  private plcTextOf(placement: Placement, locked: readonly number[], thisFile: string): string {
    const fixed = this.blockItself.fixed.slice();
    for (const node of locked) fixed[node] = 1;
    return plcText({ ...this.blockItself, fixed }, placement, { thisFile });
  }

  /** The design's macros where a placement of the block has macros of the same names, as `convert` writes them. */
  private piecesOf(
    placement: Placement,
    format: "def" | "tcl",
  ): AsyncIterable<string | Uint8Array> | string[] {
    const design = this.design.loaded!;
    const { path } = design.design;
    if (stampOf(path) !== this.designStamp)
      throw new InputError(path, "has changed since the viewer was started", "start the viewer again");
    const placed = byNames(this.path, { block: this.blockItself, placement }, design.block);
    const places = defPlacesOf(design, placed);
    if (format === "def") return defPieces(design, places);
    return [macroPlacementTcl(design, places, { exact: true })];
  }

  queue(): QueueState | undefined {
    return this.run === undefined ? undefined : readQueueState(this.run);
  }

  watch(listener: (event: ViewEvent) => void, onBug: (error: unknown) => void): () => void {
    const { run } = this;
    if (run === undefined) return () => {};
    const tellMetrics = () => listener({ type: "metrics", run: metricsOfRuns(this.runs)[0]! });
    const looks = [
      lookout(() => stampOf(join(run, "metrics.jsonl")), tellMetrics),
      lookout(
        () => stampOf(join(run, "frames.jsonl")),
        () => listener({ type: "frames" }),
      ),
      lookout(
        () => stampOf(join(run, QUEUE_FILE)),
        () => {
          const queue = this.queue();
          if (queue) listener({ type: "queue", queue });
        },
      ),
      lookout(
        () => editsOf(run).join(),
        () => listener({ type: "edits", files: editsOf(run) }),
      ),
      lookout(
        () => this.state(),
        (state) => {
          listener({ type: "state", state });
          if (state !== "gone") tellMetrics();
        },
      ),
    ];
    const timer = setInterval(() => {
      // Files of a folder that is gone have not become empty: pages keep what they show.
      for (const look of this.isGone() ? looks.slice(-1) : looks)
        try {
          look();
        } catch (error) {
          onBug(error); // a file that cannot be read ends no server
        }
    }, LOOK_EVERY);
    return () => clearInterval(timer);
  }

  private checkpoint(): string | undefined {
    const path = join(this.run ?? "", LATEST_CHECKPOINT);
    return this.run !== undefined && existsSync(path) ? path : undefined;
  }

  /** Plays the policy once per checkpoint, whoever asks meanwhile. */
  private async policyView(): Promise<PolicyView> {
    const path = this.checkpoint();
    if (path === undefined || !isFile(path))
      throw new InputError(
        "policy",
        "the run has no checkpoint of a policy",
        "train one, or use method policy",
      );
    const stamp = stampOf(path);
    if (this.policy?.stamp !== stamp) {
      const view = this.play(path);
      this.policy = { stamp, view };
      view.catch(() => {
        if (this.policy?.view === view) this.policy = undefined;
      });
    }
    return this.policy.view;
  }

  private async play(path: string): Promise<PolicyView> {
    const checkpoint = await readTrainCheckpoint(path, [this.blockItself.nodeCount], {
      network: this.network,
    });
    const { trace, embeddings } = tracePolicy(
      this.blockItself,
      { judging: this.pageRules, protocol: protocolOf(this.run) },
      checkpoint,
    );
    return { trace: packTrace(trace), embedding: packEmbedding(principalPlane(embeddings)) };
  }
}

/** The protocol of a run, from its record. */
function protocolOf(run: string | undefined): Protocol {
  const recorded = recordOf(run)?.options?.protocol;
  return PROTOCOL_NAMES.find((name) => name === recorded) ?? "fd";
}

function recordOf(run: string | undefined): RunRecord | undefined {
  return run === undefined ? undefined : (readJson(join(run, "options.json")) as RunRecord | undefined);
}

interface RunRecord {
  readonly options?: {
    readonly protocol?: string;
    readonly method?: string;
  };
}

/** A function that tells when `read` gives another value than the last time. */
function lookout<Value>(read: () => Value, tell: (value: Value) => void): () => void {
  let seen = read();
  return () => {
    const now = read();
    if (now === seen) return;
    seen = now; // before telling: what fails is not told again until it changes
    tell(now);
  };
}

/** Results of a run besides its best one, which is the first of them. */
function topsOf(run: string | undefined): string[] {
  return run === undefined ? [] : topPlacements(run).filter((name) => name !== "top-1.plc");
}

function editsOf(run: string | undefined): string[] {
  const folder = join(run ?? "", "edits");
  if (run === undefined || !statusOf(folder)?.isDirectory()) return [];
  return namesIn(folder).filter((name) => /^edit-\d{1,9}\.plc$/.test(name));
}

/** Movable hard macros that a saved edit has as fixed: they were locked. */
async function lockedIn(path: string, block: Block): Promise<number[]> {
  const { lines } = await readPlc(path);
  const fixed = new Set(lines.filter((line) => line.fixed).map(({ index }) => index));
  const locked: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro && !block.fixed[node] && fixed.has(block.fileIndices[node]!))
      locked.push(node);
  return locked;
}

/** The method of a run, if it is a built-in one. */
function methodOf(run: string | undefined): Pick<Session, "method"> {
  const name = recordOf(run)?.options?.method;
  const method = METHODS.find((candidate) => candidate.name === name);
  return method ? { method: { name: method.name, isWarm: method.warmStart !== undefined } } : {};
}

function numberOf(edit: string): number {
  return Number(/\d+/.exec(edit)![0]);
}

/** Changes whenever the file does; -1 without one, or where there is none to be reached. */
function stampOf(path: string): number {
  try {
    const { mtimeMs, size } = statSync(path);
    return mtimeMs * 1e3 + (size % 1e3);
  } catch {
    return -1;
  }
}
