import type { Command } from "commander";
import { pretrain, pretrainSchema, trainCommand, trainCommandSchema } from "../flow/index.js";
import { printResult, progressReporter } from "./output.js";
import { addSchemaOptions, parseOptions, refuseBeyond } from "./schema-options.js";

export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .description(
      "train a placement policy on a block, or on several as pretrain does; writes metrics.jsonl, checkpoints, " +
        "and the best placement or the policy of all",
    )
    .argument(
      "<block...>",
      "directory, netlist file (.pb.txt), Bookshelf set (.aux) or design (.def), gzip allowed",
    )
    .option("--json", "print one line of JSON")
    .option("--quiet", "no progress on standard error")
    .addHelpText(
      "after",
      "\nExamples:\n  ashlar train blocks/ariane --budget 10m --out runs/ariane-policy" +
        "\n  ashlar train blocks/ariane --out runs/ariane-policy --resume --budget 1h",
    );
  addSchemaOptions(command, trainCommandSchema).action(async (paths: string[], options) => {
    const progress = progressReporter(options.quiet);
    const [path, ...more] = paths;
    if (more.length > 0) refuseBeyond(command, trainCommandSchema, pretrainSchema, "is for a single block");
    const result =
      more.length > 0
        ? pretrain(paths, parseOptions(pretrainSchema, options), progress.line)
        : trainCommand(path!, parseOptions(trainCommandSchema, options), progress.line);
    printResult(await (result as Promise<object>).finally(progress.done), options.json);
  });
}
