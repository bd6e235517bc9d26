// Macro placements of varied origin and quality for a block, each a run folder of `place`: what the study ranks.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readGivenPlaces } from "../../flow/load-block.js";
import { type Block, writePlc } from "../../netlist/index.js";
import { type Change, changed } from "./variants.js";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

/** How a placement is made. `group` says which sets of the study it belongs to. */
export interface Source {
  readonly name: string;
  readonly group: "random" | "constructed" | "search" | "mixed" | "given" | "changed";
  /** Options of `place`, for what a method makes. */
  readonly args?: readonly string[];
  /** A placement beside the block. */
  readonly file?: string;
  /** Another source, and how its placement is changed. */
  readonly change?: Change & { readonly from: string };
}

/** Weights that count wires almost alone. */
const WIRES = ["--weights", "1,0.1,0.02"];

/** Every beginning of this list has placements of varied origin, so that a study that is cut off is still balanced. */
export function sourcesFor(files: readonly string[]): Source[] {
  const run = (
    group: Source["group"],
    method: string,
    protocol: string,
    { seed = 1, budget = 4, wires = false } = {},
  ): Source => ({
    name: `${method}-${protocol}${wires ? "-wires" : ""}-s${seed}-${budget}s`,
    group,
    args: [
      ...["--method", method, "--protocol", protocol, "--seed", String(seed), "--budget", `${budget}s`],
      ...(wires ? WIRES : []),
    ],
  });
  const change = (from: string, kind: Change["kind"], amount = 0): Source => ({
    name: `${from}-${kind}${amount === 0 ? "" : 100 * amount}`,
    group: "changed",
    change: { from, kind, amount },
  });
  const [given] = files.map((file): Source => ({ name: file.replace(/\..*$/, ""), group: "given", file }));
  const ofGiven = (...sources: Source[]) => (given === undefined ? [] : sources);
  return [
    run("search", "anneal", "es"),
    run("mixed", "mixed", "free", { budget: 2 }),
    run("random", "random", "fd", { budget: 1 }),
    ...ofGiven(given!),
    run("search", "anneal", "es", { wires: true }),
    run("search", "anneal", "free", { budget: 8 }),
    run("constructed", "mincut", "fd"),
    run("search", "policy", "fd", { budget: 8 }),
    change("anneal-es-s1-4s", "swap", 0.2),
    change("mixed-free-s1-2s", "nudge", 0.04),
    run("search", "anneal", "free", { budget: 8, wires: true }),
    run("search", "greedy", "fd"),
    run("constructed", "analytic", "es", { budget: 6 }),
    run("search", "anneal", "fd"),
    change("mixed-free-s1-2s", "swap", 0.15),
    run("mixed", "mixed", "es", { budget: 2 }),
    ...ofGiven(change(given?.name ?? "", "nudge", 0.03)),
    run("search", "policy", "es", { seed: 2, budget: 12 }),
    run("search", "anneal", "es", { seed: 2, budget: 16 }),
    change("anneal-free-s1-8s", "mirror"),
    run("search", "anneal", "es", { seed: 2, budget: 16, wires: true }),
    change("anneal-free-s1-8s", "nudge", 0.05),
    run("search", "anneal", "free", { seed: 2, budget: 20 }),
    change("mixed-free-s1-2s", "flip"),
    run("search", "anneal", "free", { seed: 2, budget: 20, wires: true }),
    run("search", "refine", "free", { budget: 6 }),
    run("random", "random", "fd", { seed: 2, budget: 1 }),
    ...ofGiven(change(given?.name ?? "", "swap", 0.3)),
    change("policy-fd-s1-8s", "swap", 0.1),
    run("search", "anneal", "fd", { seed: 3, budget: 12, wires: true }),
    run("search", "greedy", "es", { seed: 3, budget: 8 }),
    run("mixed", "mixed", "fd", { budget: 2 }),
    run("search", "anneal", "fd", { seed: 2, budget: 12 }),
    change("anneal-es-wires-s1-4s", "nudge", 0.03),
    run("constructed", "mincut", "fd", { seed: 2 }),
    run("search", "policy", "es", { seed: 3, wires: true, budget: 12 }),
    run("constructed", "analytic", "free", { seed: 2, budget: 6 }),
    change("anneal-es-s2-16s", "swap", 0.1),
    change("mixed-free-s1-2s", "mirror"),
  ];
}

/** Runs `ashlar` in a process of its own; the last line of its output, or undefined with the error printed. */
export function ashlar(args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args, "--quiet"], {
    encoding: "utf8",
  });
  if (status === 0) return stdout.trim();
  process.stderr.write(`${args.join(" ")}: ${stderr}\n`);
  return undefined;
}

/** A block of the study. */
export interface Studied {
  readonly path: string;
  /** Folder with placements that come with the block. */
  readonly beside: string;
  /** To read it. */
  readonly options: readonly string[];
  readonly lefs: readonly string[];
  readonly flat: Block;
  /** Folder for its placements. */
  readonly out: string;
}

/** Makes the placement unless it is there; its path, or undefined if the method found none. */
export async function placementOf(
  studied: Studied,
  { name, args, file, change }: Source,
  sources: readonly Source[],
): Promise<string | undefined> {
  const { path, beside, options, out, flat, lefs } = studied;
  if (file !== undefined) return join(beside, file);
  const run = join(out, name);
  if (change) {
    const made = `${run}.plc`;
    if (existsSync(made)) return made;
    const base = sources.find((other) => other.name === change.from)!;
    const from = await placementOf(studied, base, sources);
    if (from === undefined) return undefined;
    await writePlc(made, flat, changed(flat, await readGivenPlaces(from, flat, lefs), change, 1));
    return made;
  }
  if (existsSync(join(run, "summary.json"))) return run;
  const common = [...options, "--workers", "1", "--out", run, "--force", "--json"];
  return ashlar(["place", path, ...args!, ...common]) === undefined ? undefined : run;
}
