// Does for dist/ what the compiler does not: copies the kernels and the shipped policy, and makes the commands executable.
// (npx sets that bit only once, the first time that it runs in a clone; a later build would lose it.)
import { chmodSync, cpSync } from "node:fs";

cpSync("kernels/generated/ashlar.wasm", "dist/kernels/ashlar.wasm");
cpSync("policy/weights", "dist/policy/weights", { recursive: true });
for (const program of ["main", "plc"]) chmodSync(`dist/cli/${program}.js`, 0o755);
