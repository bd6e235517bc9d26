import type { Command } from "commander";
import { place, placeOptionsSchema } from "../flow/index.js";
import { EXIT_ILLEGAL, printResult, progressReporter } from "./output.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addPlace(program: Command): void {
  const command = program
    .command("place")
    .description(
      "place the macros of a block; writes best.plc, best.svg, summary.json and more to the run folder",
    )
    .argument(
      "<block>",
      "directory, netlist file (.pb.txt), Bookshelf set (.aux) or design (.def), gzip allowed",
    )
    .option("--json", "print one line of JSON")
    .option("--quiet", "no progress on standard error")
    .addHelpText(
      "after",
      "\nExamples:\n  ashlar place blocks/ariane --budget 120s --workers 2 --seed 1 --out runs/ariane" +
        "\n  ashlar place blocks/ariane --method policy --iterations 50 --set learningRate=0.0005" +
        "\n  ashlar place blocks/ariane --out runs/ariane --resume --budget 10m" +
        "\n  ashlar place design.def --lef tech.lef --lef cells.lef --halo 5,5",
    );
  addSchemaOptions(command, placeOptionsSchema).action(async (path: string, options) => {
    const progress = progressReporter(options.quiet);
    const summary = await place(path, parseOptions(placeOptionsSchema, options), progress.line).finally(
      progress.done,
    );
    printResult(summary, options.json);
    if (!summary.legal) process.exitCode = EXIT_ILLEGAL;
  });
}
