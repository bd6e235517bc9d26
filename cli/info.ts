import type { Command } from "commander";
import { blockOptionsSchema, describe } from "../flow/index.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addInfo(program: Command): void {
  const command = program
    .command("info")
    .description("say what is in a block: counts, sizes, canvas, grid, nets, connections")
    .argument(
      "<block>",
      "directory, netlist file (.pb.txt), Bookshelf set (.aux) or design (.def), gzip allowed",
    )
    .option("--json", "print one line of JSON")
    .addHelpText("after", "\nExample:\n  ashlar info blocks/ariane");
  addSchemaOptions(command, blockOptionsSchema).action(async (path: string, options) => {
    const description = await describe(path, parseOptions(blockOptionsSchema, options));
    process.stdout.write(options.json ? `${JSON.stringify(description)}\n` : `${indented(description)}\n`);
  });
}

/** Nested objects as indented lines; lists of plain values on one line. */
function indented(value: object, margin = ""): string {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => {
      if (item === null || typeof item !== "object") return `${margin}${name}: ${item}`;
      if (Array.isArray(item) && item.every((entry) => typeof entry !== "object"))
        return `${margin}${name}: ${item.join(" ")}`;
      return `${margin}${name}:\n${indented(item, `${margin}  `)}`;
    })
    .join("\n");
}
