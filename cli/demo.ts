import type { Command } from "commander";
import { demo } from "../flow/index.js";
import { progressReporter } from "./output.js";

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("generate a small block, let a policy learn to place it, and show picture and report")
    .option("--budget <time>", "time to learn", "30s")
    .option("--out <dir>", "where everything goes", "runs/demo")
    .action(async (options) => {
      const progress = progressReporter(false);
      const text = await demo(options.out, options.budget, progress.line).finally(progress.done);
      process.stdout.write(text);
    });
}
