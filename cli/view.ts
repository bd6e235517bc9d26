import type { Command } from "commander";
import { view, viewOptionsSchema } from "../flow/index.js";
import { printWithChromium } from "./chromium.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addView(program: Command): void {
  const command = program
    .command("view")
    .description("show a run or a block in the browser: placement, maps, nets, replay, exact costs of edits")
    .argument("<path...>", "a run's folder or a block; further runs, blocks or .plc files to compare with it")
    .addHelpText(
      "after",
      "\nExamples:\n  ashlar view runs/ariane\n  ashlar view blocks/ariane --port 8080" +
        "\n  ashlar view runs/ariane runs/ariane-anneal\n  ashlar view runs/ariane --html ariane.html --png ariane.png",
    );
  addSchemaOptions(command, viewOptionsSchema).action(async (paths: string[], options) => {
    // Defaults are left out, so that a run's own options stand; so is the command's own `config`.
    const set = Object.fromEntries(
      Object.entries(options).filter(
        ([name]) => name in viewOptionsSchema.shape && command.getOptionValueSource(name) !== "default",
      ),
    );
    parseOptions(viewOptionsSchema, options);
    const { server, files } = await view(paths, set, printWithChromium, (error) => {
      process.stderr.write(`ashlar: ${(error as Error)?.stack ?? String(error)}\n`);
    });
    for (const file of files) process.stdout.write(`${file}\n`);
    if (!server) return;
    process.stdout.write(`${server.address}\n`);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
  });
}
