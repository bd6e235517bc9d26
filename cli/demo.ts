import type { Command } from "commander";
import { demo } from "../flow/index.js";
import { printResult, progressReporter } from "./output.js";
import { ownCommand } from "./own-command.js";

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("generate a small block, let a policy learn to place it, and show picture and report")
    .option("--budget <time>", "time to learn", "30s")
    .option("--out <dir>", "where everything goes", "runs/demo")
    .option("--json", "print one line of JSON, the summary of the policy's run")
    .option("--quiet", "no progress on standard error")
    .addHelpText("after", "\nExample:\n  ashlar demo --budget 60s --out runs/demo")
    .action(async ({ out, budget, json, quiet }) => {
      const progress = progressReporter(quiet);
      const { summary, text } = await demo(out, budget, progress.line).finally(progress.done);
      if (json) printResult(summary, true);
      else process.stdout.write(`${text}\nNext: ${ownCommand()} --help\n`);
    });
}
