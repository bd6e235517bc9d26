#!/usr/bin/env node
// The launcher `ashlar-plc`: takes the flags of Circuit Training's plc_wrapper_main and stands in for it. It loads nothing
// that the server does not need, because a training run starts hundreds of them.
import { parseFlags, servePlacementCost } from "../plc/index.js";

try {
  await servePlacementCost(parseFlags(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`ashlar-plc: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
