import type { Command } from "commander";
import { pretrain, pretrainRewardModel, pretrainSchema, rewardModelSchema } from "../flow/index.js";
import { printResult, progressReporter } from "./output.js";
import { addSchemaOptions, parseOptions, refuseBeyond } from "./schema-options.js";

/** Options of either kind of pretraining; what both have is the policy's. */
const EITHER = pretrainSchema.extend(
  rewardModelSchema.pick({ placements: true, epochs: true, player: true, data: true }).shape,
);

export function addPretrain(program: Command): void {
  const command = program
    .command("pretrain")
    .description("train one policy on many blocks; writes policy.safetensors for place --policy")
    .argument(
      "<block...>",
      "directories, netlist files (.pb.txt), Bookshelf sets (.aux) or designs (.def, their LEF files beside them)",
    )
    .option("--reward-model", "train a model of placements' costs instead, and a policy's encoder with it")
    .option("--json", "print one line of JSON")
    .option("--quiet", "no progress on standard error")
    .addHelpText(
      "after",
      "\nExamples:\n  ashlar pretrain sets/five/* --held-out sets/five-held-out/a --budget 1h --out runs/five" +
        "\n  ashlar place blocks/ariane --policy runs/five/policy.safetensors --iterations 1" +
        "\n  ashlar place blocks/ariane --policy runs/five/policy.safetensors --finetune --budget 5m" +
        "\n  ashlar pretrain sets/five/* --reward-model --held-out sets/five-held-out/a --out runs/reward",
    );
  addSchemaOptions(command, EITHER).action(async (paths: string[], options) => {
    const progress = progressReporter(options.quiet);
    const [schema, why] = options.rewardModel
      ? ([rewardModelSchema, "does not go with --reward-model"] as const)
      : ([pretrainSchema, "goes with --reward-model only"] as const);
    refuseBeyond(command, EITHER, schema, why);
    const result = options.rewardModel
      ? pretrainRewardModel(paths, parseOptions(rewardModelSchema, options), progress.line)
      : pretrain(paths, parseOptions(pretrainSchema, options), progress.line);
    printResult(await (result as Promise<object>).finally(progress.done), options.json);
  });
}
