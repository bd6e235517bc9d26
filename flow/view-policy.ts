// The policy of a run as the viewer shows it: its greedy episode and embeddings, and what moved each of its decisions. All is
// of the latest checkpoint, and computed when somebody asks.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { JudgeRules } from "../env/index.js";
import { type Block, InputError, isFile } from "../netlist/index.js";
import {
  InfluenceProbe,
  LATEST_CHECKPOINT,
  type PolicyNetworkModule,
  readTrainCheckpoint,
  tracePolicy,
} from "../policy/index.js";
import { type Packed, packEmbedding, packInfluences, packTrace } from "../viz/index.js";
import { principalPlane } from "./embedding-plane.js";
import { stampOf } from "./file-stamp.js";
import { protocolOfRun } from "./run-record.js";

/** Answers about single steps that are kept; of a large block each takes some hundred kB. */
const MOST_KEPT = 64;

/** What one checkpoint plays. */
interface Played {
  readonly trace: Packed;
  readonly embedding: Packed;
  readonly steps: number;
  /** What moved the decision of a step. */
  explain(step: number): Promise<Packed>;
}

export class ViewedPolicy {
  private readonly block: Block;
  private readonly run: string | undefined;
  private readonly network: PolicyNetworkModule | undefined;
  private readonly judging: Omit<JudgeRules, "terms">;
  private played: { readonly stamp: number; readonly view: Promise<Played> } | undefined;

  constructor(
    block: Block,
    run: string | undefined,
    {
      network,
      judging,
    }: { readonly network: PolicyNetworkModule | undefined; readonly judging: Omit<JudgeRules, "terms"> },
  ) {
    this.block = block;
    this.run = run;
    this.network = network;
    this.judging = judging;
  }

  /** The file of the latest checkpoint, if there is one. */
  get checkpoint(): string | undefined {
    const path = join(this.run ?? "", LATEST_CHECKPOINT);
    return this.run !== undefined && existsSync(path) ? path : undefined;
  }

  async trace(): Promise<Packed> {
    return (await this.latest()).trace;
  }

  async embedding(): Promise<Packed> {
    return (await this.latest()).embedding;
  }

  /** What moved the decision of a step, of the episode that `checkpoint` has played. */
  async influences(step: number, checkpoint: number): Promise<Packed> {
    // The episode that a page shows, though training has gone on since.
    const played = this.played?.stamp === checkpoint ? await this.played.view : await this.latest();
    if (this.played?.stamp !== checkpoint)
      throw new InputError("episode", "it is of an earlier checkpoint", "open the policy's episode again");
    if (step >= played.steps)
      throw new InputError(`step ${step}`, `the episode has ${played.steps} steps`, "choose one from 0 on");
    return played.explain(step);
  }

  /** Plays the policy once per checkpoint, whoever asks meanwhile. */
  private async latest(): Promise<Played> {
    const path = this.checkpoint;
    if (path === undefined || !isFile(path))
      throw new InputError(
        "policy",
        "the run has no checkpoint of a policy",
        "train one, or use method policy",
      );
    const stamp = stampOf(path);
    if (this.played?.stamp !== stamp) {
      const view = this.play(path, stamp);
      this.played = { stamp, view };
      view.catch(() => {
        if (this.played?.view === view) this.played = undefined;
      });
    }
    return this.played.view;
  }

  private async play(path: string, stamp: number): Promise<Played> {
    const { block, network, judging } = this;
    const checkpoint = await readTrainCheckpoint(path, [block.nodeCount], { network });
    const options = { judging, protocol: protocolOfRun(this.run) };
    const { trace, embeddings } = tracePolicy(block, options, checkpoint);
    let probe: InfluenceProbe | undefined;
    return {
      trace: packTrace({ ...trace, checkpoint: stamp }),
      embedding: packEmbedding(principalPlane(embeddings)),
      steps: trace.actions.length,
      explain: oneByOne(async (step) => {
        probe ??= new InfluenceProbe(block, options, { checkpoint, actions: trace.actions });
        // Others are answered in between.
        return packInfluences(await probe.explain(step, { pause: () => setImmediate() }));
      }),
    };
  }
}

/** Answers one question after the other, and remembers the last answers. */
function oneByOne<Answer>(answer: (step: number) => Promise<Answer>): (step: number) => Promise<Answer> {
  const known = new Map<number, Promise<Answer>>();
  let before: Promise<unknown> = Promise.resolve();
  return (step) => {
    const same = known.get(step);
    if (same) return same;
    const next = before.then(() => answer(step));
    before = next.catch(() => known.delete(step));
    known.set(step, next);
    if (known.size > MOST_KEPT) known.delete(known.keys().next().value!);
    return next;
  };
}
