// What the viewer's tests look at: small blocks and run folders on disk, and a viewer's process.
import { join } from "node:path";
import { generateCommand, generateCommandSchema, place, view } from "../../flow/index.js";
import type { ViewServer } from "../../viz/index.js";
import { makeFolder } from "./temp-folder.js";

/** A generated block in a fresh folder: 12 hard macros, soft macros, ports, placed. */
export async function writeBlock(macros = 12): Promise<string> {
  const out = join(makeFolder(), "block");
  await generateCommand(generateCommandSchema.parse({ macros, seed: 3, out }));
  return out;
}

/** A short run of a method on the block; of a policy from scratch without prior, which gets better again and again. */
export async function writeRun(
  block: string,
  method: "policy" | "anneal" | "greedy" | "random",
  iterations: number,
): Promise<string> {
  const out = join(makeFolder(), `run-${method}`);
  const network = { priorScale: 0 };
  const blank = { policy: "none", settings: { episodes: 8, experimental: { network } } };
  await place(block, { method, iterations, workers: 1, seed: 5, out, ...(method === "policy" && blank) });
  return out;
}

/** The viewer's server for these paths, in this process. */
export async function serve(...paths: string[]): Promise<ViewServer> {
  const { server } = await view(paths);
  if (!server) throw new Error("internal: no server");
  return server;
}
