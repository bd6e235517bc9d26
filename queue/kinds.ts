// The kinds of jobs that workers know: how what is the same for all jobs of a run travels, what a job must look like, and
// who computes it. A further kind is a further entry here.
import { z } from "zod";
import type { Block } from "../netlist/index.js";
import {
  ANNEAL_JOBS,
  type AnnealSetup,
  type JobPool,
  onThreads,
  PROTOCOL_NAMES,
  RESTART_JOBS,
  type WorkerSetup,
} from "../placer/index.js";
import {
  graphNetwork,
  networkLayout,
  networkSettingsSchema,
  openEpisodeHost,
  REWARD_JOBS,
  type RewardSetup,
  TRAINING_JOBS,
  type TrainingSetup,
} from "../policy/index.js";
import { METHOD_JOBS, type MethodSetup } from "./method-jobs.js";
import { type Blob, blobOf, type Packed, pack } from "./parcel.js";
import {
  blockSchema,
  cellRules,
  moduleUrl,
  numbers,
  ownModule,
  ownModuleSchema,
  refuseOtherBlock,
  refuseOwnCode,
  rulesSchema,
  scoredSchema,
  withoutSource,
} from "./schemas.js";
import { trainingChecks } from "./training-checks.js";

interface Kind {
  /** The setup as it travels. Throws `InputError` for code of the user's own. */
  send(setup: never): unknown;
  /** Opens a pool for a setup that came. Throws for one of another form. */
  open(setup: unknown, threads: number): CheckedPool;
}

/** A pool that computes only what has the form of its jobs. */
export interface CheckedPool extends JobPool {
  /** The task, checked. Throws for one of another form. */
  check(name: string, task: unknown): unknown;
}

const { singles, count } = numbers;

const annealSetup = z.strictObject({
  block: blockSchema,
  rules: rulesSchema,
  ...cellRules,
  options: z.object({
    shares: z.record(z.string(), z.number().min(0)),
    hottest: z.number().positive(),
    coldest: z.number().positive(),
    stepsPerMacro: z.number().positive(),
  }),
  starts: z.number().int().min(1),
});

const round = z.strictObject({
  stage: z.enum(["grid", "free"]),
  begin: z.number().min(0).max(1),
  end: z.number().min(0).max(1),
  hottest: z.number().positive().optional(),
  from: scoredSchema.optional(),
  seed: count,
  replica: count,
  round: count,
  sweeps: z.number().min(0).optional(),
  seconds: z.number().min(0).optional(),
});

const anneal: Kind = {
  send(setup: AnnealSetup) {
    refuseOwnCode(setup);
    return { ...setup, block: withoutSource(setup.block) };
  },
  open(given, threads) {
    const setup = annealSetup.parse(given);
    const check = (task: unknown) => {
      const checked = round.parse(task);
      refuseOtherBlock(setup.block as Block, checked.from?.placement);
      return checked;
    };
    return checkedPool(onThreads(ANNEAL_JOBS, threads, setup), { round: check });
  },
};

const restartSetup = z.strictObject({
  block: blockSchema,
  rules: rulesSchema,
  ...cellRules,
  placer: ownModuleSchema,
  first: ownModuleSchema.optional(),
});

const attempt = z.strictObject({
  seed: count,
  attempt: count,
  settings: z.record(z.string(), z.number()),
  from: scoredSchema.optional(),
});

const restarts: Kind = {
  send(setup: WorkerSetup) {
    refuseOwnCode(setup);
    return {
      ...setup,
      block: withoutSource(setup.block),
      placer: ownModule(setup.placer, "the method"),
      first: setup.first && ownModule(setup.first, "the method"),
    };
  },
  open(given, threads) {
    const { placer, first, ...setup } = restartSetup.parse(given);
    const own = { ...setup, placer: moduleUrl(placer), first: first && moduleUrl(first) };
    const check = (task: unknown) => {
      const checked = attempt.parse(task);
      refuseOtherBlock(setup.block as Block, checked.from?.placement);
      return checked;
    };
    return checkedPool(onThreads(RESTART_JOBS, threads, own), { attempt: check });
  },
};

const trainingSetup = z.strictObject({
  blocks: z.array(blockSchema).min(1),
  rules: rulesSchema,
  cellRules: z.object(cellRules),
  seed: count,
  config: networkSettingsSchema,
});

const training: Kind = {
  send({ networkModule, ...setup }: TrainingSetup) {
    refuseOwnCode({ rules: setup.rules, ...setup.cellRules });
    if (networkModule !== graphNetwork.module) ownModule(networkModule, "the policy network");
    return { ...setup, blocks: setup.blocks.map(withoutSource) };
  },
  open(given, threads) {
    const { config, ...setup } = trainingSetup.parse(given);
    const own = { ...setup, config, network: graphNetwork, networkModule: graphNetwork.module };
    const host = openEpisodeHost(own as unknown as Parameters<typeof openEpisodeHost>[0], threads);
    const { length } = networkLayout(graphNetwork, config);
    return checkedPool(host, trainingChecks(setup.blocks as unknown as Block[], length));
  },
};

const methodSetup = z.strictObject({ block: blockSchema, rules: rulesSchema });

const methodTask = z.strictObject({
  method: z.string().regex(/^[a-z]+$/),
  settings: z.record(z.string(), z.unknown()),
  protocol: z.enum(PROTOCOL_NAMES),
  seed: count,
  workers: count.min(1).max(64),
  budget: z.strictObject({
    seconds: z.number().positive().optional(),
    iterations: count.optional(),
  }),
});

const methods: Kind = {
  send(setup: MethodSetup) {
    refuseOwnCode(setup);
    return { ...setup, block: withoutSource(setup.block) };
  },
  open(given, threads) {
    const setup = methodSetup.parse(given);
    return checkedPool(onThreads(METHOD_JOBS, threads, setup), { run: (task) => methodTask.parse(task) });
  },
};

const rewardSetup = z.strictObject({
  blocks: z.array(blockSchema).min(1),
  rules: rulesSchema,
  policies: z.array(
    z.strictObject({
      config: z.record(z.string(), z.unknown()),
      parameters: singles,
      network: ownModuleSchema,
    }),
  ),
});

const shard = z.strictObject({
  block: count,
  seed: count,
  first: count,
  count: count.min(1).max(1000),
});

const rewards: Kind = {
  send({ blocks, rules, policies }: RewardSetup) {
    refuseOwnCode({ rules });
    return {
      blocks: blocks.map(withoutSource),
      rules,
      policies: policies.map(({ networkModule, ...policy }) => ({
        ...policy,
        network: ownModule(networkModule, "the policy network"),
      })),
    };
  },
  open(given, threads) {
    const { policies, ...setup } = rewardSetup.parse(given);
    const own = {
      ...setup,
      policies: policies.map(({ network, ...policy }) => ({ ...policy, networkModule: moduleUrl(network) })),
    };
    return checkedPool(onThreads(REWARD_JOBS, threads, own), {
      shard(task) {
        const checked = shard.parse(task);
        if (checked.block >= setup.blocks.length) throw new Error("the job is of an unknown block");
        return checked;
      },
    });
  },
};

const KINDS: Readonly<Record<string, Kind>> = {
  [ANNEAL_JOBS.name]: anneal,
  [RESTART_JOBS.name]: restarts,
  [TRAINING_JOBS.name]: training,
  [METHOD_JOBS.name]: methods,
  [REWARD_JOBS.name]: rewards,
};

function checkedPool(
  pool: JobPool,
  checks: Readonly<Record<string, (task: unknown) => unknown>>,
): CheckedPool {
  return {
    ...pool,
    check(name, task) {
      if (!Object.hasOwn(checks, name)) throw new Error(`no job is called '${name}'`);
      return checks[name]!(task);
    },
  };
}

/** A kind by its name. Throws for a name that is none. */
export function kindOf(name: string): Kind {
  if (!Object.hasOwn(KINDS, name)) throw new Error(`internal: no kind of jobs is called '${name}'`);
  return KINDS[name]!;
}

/** What is the same for all jobs of a pool, as parcels: each block is one of its own. */
export function setupParcel(
  kind: string,
  setup: unknown,
): { readonly whole: Blob; readonly parts: readonly Blob[] } {
  const blocks = (item: object) => ("nodeNames" in item ? blobOf(pack(item).bytes) : undefined);
  const { bytes, parts } = pack(kindOf(kind).send(setup as never), blocks);
  return { whole: blobOf(bytes), parts };
}

/** Arrays of this many bytes are parcels of their own: several jobs may share one. */
const LARGE = 16 * 2 ** 10;
/** The parcels of arrays that were sent; such arrays do not change. */
const parcels = new WeakMap<object, Blob>();

/** A task as parcels. */
export function packTask(task: unknown): Packed {
  return pack(task, (item) => {
    if (!ArrayBuffer.isView(item) || item.byteLength < LARGE) return undefined;
    let parcel = parcels.get(item);
    if (!parcel) {
      parcel = blobOf(pack(item).bytes);
      parcels.set(item, parcel);
    }
    return parcel;
  });
}
