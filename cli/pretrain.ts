import type { Command } from "commander";
import { pretrain, pretrainRewardModel, pretrainSchema, rewardModelSchema } from "../flow/index.js";
import { InputError } from "../netlist/index.js";
import { printResult, progressReporter } from "./output.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

/** Options of either kind of pretraining; what both have is the policy's. */
const EITHER = pretrainSchema.extend(
  rewardModelSchema.pick({ placements: true, epochs: true, player: true, data: true }).shape,
);

export function addPretrain(program: Command): void {
  const command = program
    .command("pretrain")
    .description("train one policy on many blocks; writes policy.safetensors for place --policy")
    .argument("<block...>", "directories or netlist files")
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
    refuseOthers(command, options.rewardModel === true);
    const result = options.rewardModel
      ? pretrainRewardModel(paths, parseOptions(rewardModelSchema, options), progress.line)
      : pretrain(paths, parseOptions(pretrainSchema, options), progress.line);
    printResult(await (result as Promise<object>).finally(progress.done), options.json);
  });
}

/** An option of the other kind of pretraining would be ignored: an error. */
function refuseOthers(command: Command, rewardModel: boolean): void {
  const [mine, others] = [rewardModelSchema.shape, pretrainSchema.shape];
  for (const name of Object.keys(rewardModel ? others : mine)) {
    const source = command.getOptionValueSource(name);
    if (name in (rewardModel ? mine : others) || (source !== "cli" && source !== "config")) continue;
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new InputError(
      flag,
      rewardModel ? "does not go with --reward-model" : "goes with --reward-model only",
    );
  }
}
