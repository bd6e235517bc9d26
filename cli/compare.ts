import type { Command } from "commander";
import { compare, compareOptionsSchema, comparisonTable } from "../flow/index.js";
import { EXIT_BAD_INPUT, EXIT_ILLEGAL, progressReporter } from "./output.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addCompare(program: Command): void {
  const command = program
    .command("compare")
    .description("run methods on blocks with several seeds at equal time; writes compare.json and charts")
    .argument(
      "<block...>",
      "directory, netlist file (.pb.txt), Bookshelf set (.aux) or design (.def), gzip allowed",
    )
    .option("--json", "print one line of JSON")
    .option("--quiet", "no progress on standard error")
    .addHelpText(
      "after",
      "\nExamples:\n  ashlar compare blocks/ariane blocks/nvdla --methods policy,anneal --budget 60s --seeds 1,2,3" +
        "\n  ashlar compare design.def --lef tech.lef --lef cells.lef --methods anneal,greedy",
    );
  addSchemaOptions(command, compareOptionsSchema).action(async (paths: string[], options) => {
    const progress = progressReporter(options.quiet);
    const comparison = await compare(
      paths,
      parseOptions(compareOptionsSchema, options),
      progress.line,
    ).finally(progress.done);
    process.stdout.write(options.json ? `${JSON.stringify(comparison)}\n` : comparisonTable(comparison));
    const scores = comparison.rows.flatMap((row) => row.runs.flatMap((run) => run.score ?? []));
    if (scores.length === 0) process.exitCode = EXIT_BAD_INPUT;
    else if (scores.some((score) => !score.legal)) process.exitCode = EXIT_ILLEGAL;
  });
}
