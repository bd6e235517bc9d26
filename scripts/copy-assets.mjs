// Copies into dist/ what the compiler does not: the kernels, the types of their exports, the shipped policy.
import { cpSync } from "node:fs";

cpSync("kernels/generated/ashlar.wasm", "dist/kernels/ashlar.wasm");
// The published types of `Kernels` refer to this file.
cpSync("kernels/generated/ashlar.d.ts", "dist/kernels/generated/ashlar.d.ts");
cpSync("policy/weights", "dist/policy/weights", { recursive: true });
