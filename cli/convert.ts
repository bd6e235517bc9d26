import type { Command } from "commander";
import { convert, convertSchema } from "../flow/index.js";
import { printResult, progressReporter } from "./output.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addConvert(program: Command): void {
  const command = program
    .command("convert")
    .description("write a block, or its placement, in another format")
    .argument(
      "<in>",
      "block: directory, netlist file (.pb.txt), Bookshelf set (.aux) or design (.def), gzip allowed",
    )
    .argument("<out>", ".pb.txt, .aux, .plc or .pl file (and .gz), or a directory ending in /")
    .option("--json", "print one line of JSON")
    .option("--quiet", "no progress on standard error")
    .addHelpText(
      "after",
      "\nExamples:" +
        "\n  ashlar convert ibm01/ibm01.aux blocks/ibm01/ --cluster   netlist.pb.txt.gz and initial.plc of soft macros" +
        "\n  ashlar convert ibm01/ibm01.aux ibm01.pb.txt.gz           flat: cells with one pin in their middle" +
        "\n  ashlar convert flat.pb.txt.gz out/flat.aux --placement best.plc" +
        "\n  ashlar convert ibm01/ibm01.aux best.pl --placement best.plc" +
        "\n  ashlar convert design.def blocks/design/ --cluster --lef tech.lef --lef cells.lef" +
        "\nA .plc file of a Bookshelf block numbers nodes as its .nodes file does, from 0.",
    );
  addSchemaOptions(command, convertSchema).action(async (path: string, out: string, options) => {
    const { json, quiet } = options;
    const progress = progressReporter(quiet);
    const summary = await convert(path, out, parseOptions(convertSchema, options), progress.line).finally(
      progress.done,
    );
    printResult(summary, json);
  });
}
