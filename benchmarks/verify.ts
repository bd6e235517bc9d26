// `verify` on blocks around given macros: figures, processor time and memory, one process a block.
// Run: node dist/benchmarks/verify.js [--json] [--lef DIR]... [--passes N] BLOCK[=PLACEMENT]...
import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { VerifySummary } from "../flow/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    lef: { type: "string", multiple: true, default: [] },
    passes: { type: "string", default: "8" },
  },
});
if (positionals.length === 0) {
  console.error(
    "usage: node dist/benchmarks/verify.js [--json] [--lef DIR]... [--passes N] BLOCK[=PLACEMENT]...",
  );
  process.exit(1);
}
const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** Prints the processor seconds and the most memory in MB of the process that it is loaded into, on standard error. */
const METER = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.error("METER " + (userCPUTime + systemCPUTime) / 1e6 + " " + maxRSS / 1024);
  });
`)}`;

const row = (cells: readonly string[]) => cells.map((cell) => cell.padStart(12)).join(" ");
if (!values.json)
  console.log(
    row(["block", "cells", "flat", "routed", "vias", "patterns", "overflow", "ACE 5", "cpu s", "MB"]) +
      "   wirelengths in 1e6 µm",
  );
for (const argument of positionals) {
  const [block, placement] = argument.split("=") as [string, string | undefined];
  const lefs = values.lef.flatMap((lef) => ["--lef", lef]);
  const places = placement === undefined ? [] : ["--placement", placement];
  const options = [...lefs, ...places, "--passes", values.passes, "--workers", "1"];
  const command = ["--import", METER, MAIN, "verify", block, ...options, "--quiet", "--json"];
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  const meter = /METER (\S+) (\S+)/.exec(stderr);
  if (!meter || stdout === "") {
    console.error(`${argument}: ${stderr}`);
    process.exitCode = 1;
    continue;
  }
  const summary = JSON.parse(stdout) as VerifySummary;
  const [cpu, memory] = [Number(meter[1]), Number(meter[2])];
  const millions = (length: number) => (length / 1e6).toFixed(3);
  if (values.json)
    console.log(JSON.stringify({ ...summary, block: basename(block), cpu_seconds: cpu, memory_mb: memory }));
  else
    console.log(
      row([
        basename(block),
        String(summary.cells),
        millions(summary.flat_wirelength),
        millions(summary.routed_wirelength),
        String(summary.vias),
        String(summary.pattern_overflow),
        String(summary.overflow),
        summary.ace_5.toFixed(3),
        cpu.toFixed(1),
        memory.toFixed(0),
      ]),
    );
}
