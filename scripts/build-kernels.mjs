// Compiles the kernels with AssemblyScript, unless nothing that it reads is newer than the result: it takes longer than
// the rest of the build.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const RESULTS = ["ashlar.wasm", "kernel-types.ts"].map((name) => join("kernels/generated", name));
const TRANSFORM = "./kernels/kernel-types.mjs";
// Folders too: their times change when a file comes or goes.
const sources = readdirSync("kernels/assembly", { recursive: true, encoding: "utf8" }).map((name) =>
  join("kernels/assembly", name),
);
const inputs = [
  ...sources,
  "kernels/assembly",
  "kernels/asconfig.json",
  TRANSFORM,
  "package-lock.json",
  "scripts/build-kernels.mjs",
];
const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const oldest = Math.min(...RESULTS.map(time));
if (oldest < Math.max(...inputs.map(time))) {
  const asc = "node_modules/assemblyscript/bin/asc.js";
  const options = ["--config", "kernels/asconfig.json", "--transform", TRANSFORM];
  const { status } = spawnSync(process.execPath, [asc, ...options], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
