import type { Command } from "commander";
import { blockOptionsSchema, evaluate } from "../flow/index.js";
import { printResult } from "./output.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addEval(program: Command): void {
  const command = program
    .command("eval")
    .description("score a placement: wirelength, density, congestion, proxy cost, overlaps")
    .argument(
      "<block>",
      "directory, netlist file (.pb.txt), Bookshelf set (.aux) or design (.def), gzip allowed",
    )
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  ashlar eval blocks/ariane --json\n  ashlar eval netlist.pb.txt.gz --placement best.plc --grid 24x21",
    );
  addSchemaOptions(command, blockOptionsSchema).action(async (path: string, options) => {
    const { score } = await evaluate(path, parseOptions(blockOptionsSchema, options));
    printResult(score, options.json);
  });
}
