// Standard cells around given macros: wirelength at each stage, processor time and memory of `cells`, one process a block.
// Run: node dist/benchmarks/cells.js [--json] BLOCK[=PLACEMENT]...
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CellsSummary } from "../flow/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false } },
});
if (positionals.length === 0) {
  console.error("usage: node dist/benchmarks/cells.js [--json] BLOCK[=PLACEMENT]...");
  process.exit(1);
}
const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** Prints the processor seconds and the most memory in MB of the process that it is loaded into, on standard error. */
const METER = `data:text/javascript,${encodeURIComponent(`
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.error("METER " + (userCPUTime + systemCPUTime) / 1e6 + " " + maxRSS / 1024);
  });
`)}`;

const row = (cells: readonly string[]) => cells.map((cell) => cell.padStart(11)).join(" ");
if (!values.json)
  console.log(
    row(["block", "cells", "global", "in rows", "end", "iterations", "cpu s", "MB", "legal"]) +
      "   wirelengths in 1e6 µm",
  );
for (const argument of positionals) {
  const [block, placement] = argument.split("=") as [string, string | undefined];
  const out = mkdtempSync(join(tmpdir(), "cells-"));
  const files = placement === undefined ? [] : ["--placement", placement];
  const command = ["--import", METER, MAIN, "cells", block, ...files, "--out", out, "--quiet", "--json"];
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  rmSync(out, { recursive: true });
  const meter = /METER (\S+) (\S+)/.exec(stderr);
  if (!meter || stdout === "") {
    console.error(`${argument}: ${stderr}`);
    process.exitCode = 1;
    continue;
  }
  const summary = JSON.parse(stdout) as CellsSummary;
  const [cpu, memory] = [Number(meter[1]), Number(meter[2])];
  const millions = (length: number) => (length / 1e6).toFixed(3);
  if (values.json)
    console.log(JSON.stringify({ ...summary, block: basename(block), cpu_seconds: cpu, memory_mb: memory }));
  else
    console.log(
      row([
        basename(block),
        String(summary.cells),
        millions(summary.global_wirelength),
        millions(summary.legal_wirelength),
        millions(summary.flat_wirelength),
        String(summary.iterations),
        cpu.toFixed(1),
        memory.toFixed(0),
        String(summary.legal),
      ]),
    );
}
