// Macro placements of varied origin and quality for a block, each a run folder of `place`: what the study ranks.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

/** How a placement is made. `group` says which sets of the study it belongs to. */
export interface Source {
  readonly name: string;
  readonly group: "random" | "constructed" | "search" | "mixed" | "given";
  /** Options of `place`; none if `file`, a placement beside the block, is what is measured. */
  readonly args?: readonly string[];
  readonly file?: string;
}

/** Seconds of the searches; each is run at all of them, so that quality varies within a method. */
const BUDGETS = [4, 12, 30];

export function sourcesFor(files: readonly string[]): Source[] {
  const run = (group: Source["group"], method: string, protocol: string, seed: number, budget: number) => ({
    name: `${method}-${protocol}-s${seed}-${budget}s`,
    group,
    args: ["--method", method, "--protocol", protocol, "--seed", String(seed), "--budget", `${budget}s`],
  });
  return [
    ...files.map((file): Source => ({ name: file.replace(/\..*$/, ""), group: "given", file })),
    ...[1, 2, 3].map((seed) => run("random", "random", "fd", seed, 1)),
    ...[1, 2].map((seed) => run("constructed", "mincut", "fd", seed, 4)),
    run("constructed", "analytic", "fd", 1, 8),
    run("constructed", "analytic", "es", 2, 8),
    run("constructed", "analytic", "free", 1, 8),
    ...BUDGETS.map((budget, i) => run("search", "greedy", i === 1 ? "es" : "fd", 1 + i, budget)),
    ...BUDGETS.flatMap((budget, i) =>
      ["fd", "es", "free"].map((protocol) => run("search", "anneal", protocol, 1 + i, budget)),
    ),
    run("search", "anneal", "free", 4, 30),
    run("search", "anneal", "es", 4, 30),
    ...BUDGETS.map((budget, i) => run("search", "policy", i === 1 ? "es" : "fd", 1 + i, budget)),
    run("search", "policy", "es", 4, 30),
    run("search", "refine", "fd", 1, 8),
    run("search", "refine", "free", 1, 8),
    run("mixed", "mixed", "free", 1, 60),
    run("mixed", "mixed", "fd", 1, 60),
    run("mixed", "mixed", "es", 1, 60),
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

/** A block on the command line. */
export interface BlockArgument {
  readonly path: string;
  /** Folder with placements that come with the block. */
  readonly beside: string;
  /** To read it. */
  readonly options: readonly string[];
}

/** Makes the placement unless it is there; its path, or undefined if the method found none. */
export function placementOf(
  block: BlockArgument,
  { name, args, file }: Source,
  folder: string,
): string | undefined {
  if (file !== undefined) return join(block.beside, file);
  const out = join(folder, name);
  if (existsSync(join(out, "summary.json"))) return out;
  const common = [...block.options, "--workers", "1", "--out", out, "--force", "--json"];
  return ashlar(["place", block.path, ...args!, ...common]) === undefined ? undefined : out;
}
