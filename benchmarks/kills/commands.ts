// What is killed: every command that writes, on small generated blocks, and what it must have written in the end.

export interface KilledCommand {
  readonly name: string;
  /** Arguments; `@out` begins the path of what is written, `@block`, `@second` and `@flat` name the blocks. */
  readonly args: readonly string[];
  /** Goes on with `--resume`; other commands are called again. */
  readonly resumes?: boolean;
  /** In `@out`, compared byte by byte with those of a call that was not killed. */
  readonly files: readonly string[];
}

const RUN = ["--workers", "1", "--seed", "5", "--quiet", "--out", "@out"] as const;
const SCRATCH = ["--policy", "none", "--set", "episodes=4"] as const;
const PLACED = ["best.plc", "metrics.jsonl", "frames.jsonl"] as const;

const place = (method: string, iterations: number, ...more: readonly string[]): KilledCommand => ({
  name: ["place", method, ...more.filter((word) => /^[a-z]/.test(word) && !word.includes("="))].join(" "),
  args: ["place", "@block", "--method", method, "--iterations", String(iterations), ...more, ...RUN],
  resumes: true,
  files: PLACED,
});

const BLOCK_FILES = ["netlist.pb.txt.gz", "initial.plc"] as const;

export const COMMANDS: readonly KilledCommand[] = [
  place("anneal", 12),
  place("anneal", 12, "--protocol", "free"),
  place("greedy", 24),
  place("mincut", 24),
  place("analytic", 10),
  place("refine", 16),
  place("random", 40),
  place("mixed", 1),
  place("mixed", 1, "--protocol", "free"),
  place("policy", 4, ...SCRATCH),
  place("pipeline", 3, "--policy", "none", "--set", "policy.episodes=4"),
  {
    name: "train",
    args: ["train", "@block", "--iterations", "4", ...SCRATCH, ...RUN],
    resumes: true,
    files: PLACED,
  },
  {
    name: "pretrain",
    args: ["pretrain", "@block", "@second", "--iterations", "3", ...SCRATCH, ...RUN],
    resumes: true,
    files: ["policy.safetensors", "metrics.jsonl"],
  },
  {
    name: "pretrain --reward-model",
    args: [
      ...["pretrain", "--reward-model", "@block", "@second"],
      ...["--placements", "200", "--epochs", "2", ...RUN],
    ],
    resumes: true,
    files: ["reward.safetensors", "policy.safetensors", "metrics.jsonl", "scatter.svg"],
  },
  {
    name: "generate",
    args: ["generate", "--macros", "60", "--seed", "9", "--force", "--out", "@out"],
    files: BLOCK_FILES,
  },
  { name: "convert to a folder", args: ["convert", "@block", "@out/", "--force"], files: BLOCK_FILES },
  {
    name: "convert to Bookshelf",
    args: ["convert", "@flat", "@out/b.aux", "--force"],
    files: ["b.aux", "b.nodes", "b.nets", "b.wts", "b.pl", "b.scl"],
  },
  {
    name: "view --html",
    args: ["view", "@block", "--html", "@out/a.html", "--svg", "@out/a.svg"],
    files: ["a.html", "a.svg"],
  },
  {
    name: "cells",
    args: ["cells", "@flat", "--quiet", "--out", "@out"],
    resumes: true,
    files: [...PLACED, "best.pl"],
  },
  {
    name: "compare",
    args: [
      ...["compare", "@block", "--methods", "greedy,random", "--budget", "1s"],
      ...["--seeds", "1", "--workers", "1", "--quiet", "--force", "--out", "@out"],
    ],
    files: [], // a budget of time gives other figures every time
  },
];
