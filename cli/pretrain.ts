import type { Command } from "commander";
import { pretrain, pretrainSchema } from "../flow/index.js";
import { printResult, progressReporter } from "./output.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addPretrain(program: Command): void {
  const command = program
    .command("pretrain")
    .description("train one policy on many blocks; writes policy.safetensors for place --policy")
    .argument("<block...>", "directories or netlist files")
    .option("--json", "print one line of JSON")
    .option("--quiet", "no progress on standard error")
    .addHelpText(
      "after",
      "\nExamples:\n  ashlar pretrain sets/five/* --held-out sets/five-held-out/a --budget 1h --out runs/five" +
        "\n  ashlar place blocks/ariane --policy runs/five/policy.safetensors --iterations 1" +
        "\n  ashlar place blocks/ariane --policy runs/five/policy.safetensors --finetune --budget 5m",
    );
  addSchemaOptions(command, pretrainSchema).action(async (paths: string[], options) => {
    const progress = progressReporter(options.quiet);
    const result = await pretrain(paths, parseOptions(pretrainSchema, options), progress.line).finally(
      progress.done,
    );
    printResult(result, options.json);
  });
}
