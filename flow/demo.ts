// The first thing a newcomer runs: a block of our own making, placed by a policy that learns it on the spot.
import { join, resolve } from "node:path";
import { generateOne } from "./generate.js";
import { parseBudget } from "./options.js";
import { type PlaceSummary, place } from "./place.js";
import type { RunObserver } from "./run-control.js";

const DEMO = { macros: 24, seed: 7 };

/** Where the demo's block and the policy's run are, and the arguments of `ashlar` that go on with that run. */
export function demoRun(
  out: string,
  budget: string,
): { readonly block: string; readonly run: string; readonly resume: readonly string[] } {
  const [block, run] = [join(out, "block"), join(out, "run")];
  return {
    ...{ block, run },
    resume: ["place", block, "--method", "policy", "--budget", budget, "--out", run, "--resume"],
  };
}

/** Generates and places; gives the policy's run, and the text that says where picture and report are. */
export async function demo(
  out: string,
  budget: string,
  observer: RunObserver = {},
): Promise<{ summary: PlaceSummary; text: string }> {
  parseBudget(budget);
  const { block, run } = demoRun(out, budget);
  await generateOne({ ...DEMO, name: "demo", out: block });
  const random = await place(block, {
    method: "random",
    iterations: 64,
    out: join(out, "random"),
    force: true,
  });
  const learned = await place(block, { method: "policy", budget, out: run, force: true }, observer);
  const cost = (value: number) => value.toFixed(4);
  const lines = [
    "",
    `A block with ${DEMO.macros} macros was generated in ${block} and placed (protocol fd, seed 1).`,
    "",
    "                           proxy   wirelength  density  congestion",
    `best of 64 random        ${cost(random.proxy_cost)}      ${cost(random.wirelength_cost)}   ${cost(random.density_cost)}      ${cost(random.congestion_cost)}`,
    `policy, after ${`${learned.seconds.toFixed(0)} s`.padEnd(10)} ${cost(learned.proxy_cost)}      ${cost(learned.wirelength_cost)}   ${cost(learned.density_cost)}      ${cost(learned.congestion_cost)}`,
    "",
    `picture  ${resolve(run, "best.svg")}`,
    `report   ${resolve(run, "report.html")}`,
    `files    ${run}: best.plc, summary.json, metrics.jsonl, checkpoints/latest.safetensors`,
    "",
  ];
  return { summary: learned, text: lines.join("\n") };
}
