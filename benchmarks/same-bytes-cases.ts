// The commands that `same-bytes.ts` runs with both checkouts, and the files it compares.
//
// An argument may begin with a folder: `@out` is the output folder of the case itself, `@NAME` that of the case NAME of
// the same checkout, `@base/NAME` that of the baseline. `@shared` holds the real netlists.

export interface Case {
  /** Also the name of its output folder. */
  readonly name: string;
  /** What it places, and by which method; undefined for commands that place nothing. */
  readonly method?: string;
  /** Output folder of the baseline that is copied to `@out` first, for runs that are resumed. */
  readonly begins?: string;
  /** Arguments of `ashlar`, one command after another. */
  readonly commands: readonly (readonly string[])[];
  /** Compared files in `@out`. */
  readonly files: readonly string[];
}

/** Blocks that every method places; others may be named by their path. */
export const BLOCKS: Readonly<Record<string, string>> = {
  ariane133_ng45: "@shared/benchmarks/tilos/ariane133_ng45",
  mempool_tile_ng45: "@shared/benchmarks/tilos/mempool_tile_ng45",
  generated: "@base/generate/blockages",
};

/** Iterations: enough that what an iteration learns from the one before shows, and no more. */
export const METHODS: Readonly<
  Record<string, { readonly protocols: readonly string[]; readonly iterations: number }>
> = {
  policy: { protocols: ["fd"], iterations: 2 },
  anneal: { protocols: ["fd", "free"], iterations: 12 },
  // Its policy and its annealing get as many each; `policy` and `anneal` show what more of them do.
  pipeline: { protocols: ["fd", "free"], iterations: 1 },
  greedy: { protocols: ["fd"], iterations: 12 },
  mincut: { protocols: ["fd"], iterations: 12 },
  analytic: { protocols: ["fd"], iterations: 5 },
  refine: { protocols: ["fd"], iterations: 6 },
  random: { protocols: ["fd"], iterations: 12 },
};

const FAMILIES = ["flat", "systolic", "cache", "network", "vector", "memory", "logic"];

/** Of every run of `place`: the placement, and the costs and losses of all iterations on the way to it. */
const RUN = ["best.plc", "metrics.jsonl"];
const CLUSTERED = [...RUN, "netlist.pb.txt", "initial.plc", "groups.txt"];
const BLOCK_FILES = ["netlist.pb.txt.gz", "initial.plc"];

/** All cases; a case comes after those whose output it reads. */
export function allCases(blocks: readonly string[]): Case[] {
  return [...generated(), ...onBlocks(blocks), ...policies(), ...settings(), ...formats(), ...upgrades()];
}

/** Netlists of our own making. */
function generated(): Case[] {
  const generate = (name: string, ...args: string[]): Case => ({
    name: `generate/${name}`,
    commands: [["generate", ...args, "--out", "@out"]],
    files: BLOCK_FILES,
  });
  return [
    ...FAMILIES.map((family) => generate(family, "--family", family, "--macros", "40", "--seed", "3")),
    generate(
      "blockages",
      ...["--family", "cache", "--macros", "40", "--seed", "7"],
      ...["--blockages", "2", "--fixed-macros", "3"],
    ),
    ...["8", "9", "10"].map((seed) => generate(`tiny-${seed}`, "--macros", "12", "--seed", seed)),
  ];
}

/** Every method under every protocol it knows, on every block. */
function onBlocks(blocks: readonly string[]): Case[] {
  return blocks.flatMap((block) =>
    Object.entries(METHODS).flatMap(([method, { protocols, iterations }]) =>
      protocols.map((protocol) =>
        place(
          `${block.replace(/[^\w-]+/g, "-")}/${method}-${protocol}`,
          BLOCKS[block] ?? block,
          method,
          iterations,
          {
            args: ["--protocol", protocol],
          },
        ),
      ),
    ),
  );
}

/** Policies: from scratch, played, tuned, trained on one block and on two. */
function policies(): Case[] {
  const block = BLOCKS.generated!;
  const policy = (name: string, on: string, iterations: number, ...args: string[]) =>
    place(`policy/${name}`, on, "policy", iterations, { args });
  const pretrained = "@policy/pretrain/policy.safetensors";
  const tiny = ["@base/generate/tiny-8", "@base/generate/tiny-9"] as const;
  const heldOut = ["--held-out", "@base/generate/tiny-10", "--samples", "2"];
  return [
    policy("none", block, 2, "--policy", "none"),
    policy("shipped", block, 1, "--policy", "shipped"),
    policy("shipped-finetune", tiny[0], 2, "--policy", "shipped", "--finetune"),
    {
      name: "policy/train",
      method: "policy",
      commands: [["train", block, "--iterations", "2", "--out", "@out"]],
      files: RUN,
    },
    {
      name: "policy/pretrain",
      method: "policy",
      commands: [["pretrain", ...tiny, ...heldOut, "--iterations", "2", "--out", "@out"]],
      files: ["policy.safetensors", "metrics.jsonl"],
    },
    policy("pretrained", block, 1, "--policy", pretrained),
    policy("pretrained-finetune", tiny[0], 2, "--policy", pretrained, "--finetune"),
    place("teachers/tiny-8", tiny[0], "anneal", 6),
    place("teachers/tiny-9", tiny[1], "greedy", 6),
    {
      name: "policy/pretrain-teachers",
      method: "policy",
      commands: [
        [
          "pretrain",
          ...tiny,
          ...["--teach", "@teachers", "--iterations", "2", "--set", "order=area", "--out", "@out"],
        ],
      ],
      files: ["policy.safetensors", "metrics.jsonl"],
    },
    {
      name: "policy/reward-model",
      method: "policy",
      commands: [
        ["pretrain", ...tiny, ...["--reward-model", "--placements", "100", "--epochs", "2", "--out", "@out"]],
      ],
      files: ["reward.safetensors", "policy.safetensors", "metrics.jsonl"],
    },
    place("policy/resumed", tiny[0], "policy", 1, { args: ["--policy", "none"], resumeWith: 3 }),
  ];
}

/** Settings and options that take other paths through the code. */
function settings(): Case[] {
  const block = BLOCKS.generated!;
  const tiny = "@base/generate/tiny-8";
  const set = (...values: string[]) => values.flatMap((value) => ["--set", value]);
  return [
    place("settings/value-head", tiny, "policy", 3, {
      args: ["--policy", "none", ...set("group=1", "shaping=1", "lambda=0.95")],
    }),
    place("settings/no-credits", tiny, "policy", 3, {
      args: ["--policy", "none", ...set("creditWeight=0", "imitation=0", "order=connectivity")],
    }),
    place("settings/both-orders", tiny, "policy", 3, { args: ["--policy", "none", ...set("order=both")] }),
    place("settings/all-planes", tiny, "policy", 2, { args: set("network.planes=15", "network.spectral=4") }),
    place("settings/anneal-cycles", block, "anneal", 16, {
      args: ["--protocol", "free", ...set("cycle=4", "stretches=4", "replicas=3", "gridShare=0.5")],
    }),
    place("settings/one-cycle", block, "anneal", 8, { args: set("cycle=0", "stretches=8") }),
    place("settings/greedy", tiny, "greedy", 6, { args: set("planWeight=0.5", "edgeWeight=2") }),
    place("settings/judge", block, "anneal", 6, {
      args: ["--weights", "1,0.1,0.3", "--outside", "clamp", "--smoothing", "3", "--square-soft-macros"],
    }),
    // Enough attempts that later ones draw their settings near the best.
    ...["greedy", "mincut", "analytic"].map((method) => place(`settings/${method}-long`, tiny, method, 30)),
    place("settings/greedy-resumed", tiny, "greedy", 12, { resumeWith: 30 }),
  ];
}

/** Designs and benchmarks in other formats, and what `convert` makes of them. */
function formats(): Case[] {
  const def = "@shared/benchmarks/lefdef/gcd_mem5_ng45/design.def.gz";
  const floorplan = "@shared/benchmarks/floorplan_def/bp_quad_ng45/floorplan.def.gz";
  const bookshelf = "@shared/benchmarks/iccad04/ibm01/ibm01.aux.gz";
  const cells = "@shared/benchmarks/circuit_training/toy_macro_stdcell";
  const convert = (
    name: string,
    from: string,
    to: string,
    files: readonly string[],
    ...args: string[]
  ): Case => ({
    name: `convert/${name}`,
    commands: [["convert", from, `@out/${to}`, ...args]],
    files,
  });
  const parts = (name: string) =>
    ["aux", "nodes", "nets", "pl", "scl", "wts"].map((part) => `${name}.${part}`);
  return [
    place("formats/def", def, "anneal", 6, {
      args: ["--halo", "1,1", "--free-fixed"],
      files: [...CLUSTERED, "best.def", "best.tcl"],
    }),
    place("formats/def-floorplan", floorplan, "greedy", 4, {
      args: ["--lef", "@shared/benchmarks/lef/ng45", "--free-fixed"],
      files: [...RUN, "best.def", "best.tcl"],
    }),
    place("formats/bookshelf", bookshelf, "mincut", 2, { files: [...CLUSTERED, "best.pl"] }),
    place("formats/bookshelf-free", bookshelf, "anneal", 2, {
      args: ["--protocol", "free", "--cluster-by", "communities", "--clusters", "200"],
      files: [...CLUSTERED, "best.pl"],
    }),
    place("formats/no-clustering", cells, "greedy", 6, { args: ["--no-clustering"] }),
    convert("def-to-folder", def, "", BLOCK_FILES, "--cluster", "--clusters", "40"),
    convert("def-to-netlist", def, "gcd.pb.txt.gz", ["gcd.pb.txt.gz"]),
    convert("def-to-plc", def, "gcd.plc", ["gcd.plc"]),
    convert("def-to-bookshelf", def, "gcd.aux", parts("gcd")),
    convert("netlist-to-bookshelf", cells, "toy.aux", parts("toy")),
    convert("placement-to-pl", BLOCKS.generated!, "placed.pl", ["placed.pl"]),
  ];
}

/** What this checkout makes of files that the baseline has written. */
function upgrades(): Case[] {
  const block = BLOCKS.generated!;
  const play = (name: string, file: string) =>
    place(`upgrade/${name}`, block, "policy", 1, { args: ["--policy", file] });
  return [
    play("policy", "@base/policy/pretrain/policy.safetensors"),
    play("checkpoint", "@base/policy/train/checkpoints/latest.safetensors"),
    {
      name: "upgrade/resumed-training",
      method: "policy",
      begins: "policy/train",
      commands: [["train", block, "--iterations", "3", "--resume", "--out", "@out"]],
      files: RUN,
    },
    {
      name: "upgrade/resumed-search",
      method: "greedy",
      begins: "settings/greedy-long",
      commands: [
        [
          ...["place", "@base/generate/tiny-8", "--method", "greedy", "--iterations", "36"],
          ...["--resume", "--out", "@out"],
        ],
      ],
      files: RUN,
    },
  ];
}

interface PlaceDetails {
  readonly args?: readonly string[];
  readonly files?: readonly string[];
  /** Iterations at which a second command, with `--resume`, ends. */
  readonly resumeWith?: number;
}

function place(
  name: string,
  block: string,
  method: string,
  iterations: number,
  { args = [], files = RUN, resumeWith }: PlaceDetails = {},
): Case {
  const command = (until: number) => [
    ...["place", block, "--method", method, "--iterations", String(until)],
    ...args,
    ...["--out", "@out"],
  ];
  return {
    name,
    method,
    commands: [
      command(iterations),
      ...(resumeWith === undefined ? [] : [[...command(resumeWith), "--resume"]]),
    ],
    files,
  };
}
