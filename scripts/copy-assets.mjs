// Copies into dist/ what the compiler does not: the kernels, the shipped policy.
import { cpSync } from "node:fs";

cpSync("kernels/generated/ashlar.wasm", "dist/kernels/ashlar.wasm");
cpSync("policy/weights", "dist/policy/weights", { recursive: true });
