// A small netlist of every kind of node, in the netlist text format, for tests of the cost server.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "./temp-folder.js";

type Attributes = Readonly<Record<string, number | string>>;

export function pbNode(name: string, attributes: Attributes, ...inputs: readonly string[]): string {
  const lines = [`  name: "${name}"`, ...inputs.map((input) => `  input: "${input}"`)];
  for (const [key, value] of Object.entries(attributes)) {
    const text = typeof value === "string" ? `placeholder: "${value}"` : `f: ${value}`;
    lines.push(`  attr { key: "${key}" value { ${text} } }`);
  }
  return `node {\n${lines.join("\n")}\n}\n`;
}

/**
 * Nodes by index: 0 and 1 ports; 2 hard macro A, 40 x 20, with pins 3 and 4; 5 hard macro B, 20 x 20, with pin 6; 7 soft
 * macro Grp_0, 10 x 40, with pins 8 and 9; 10 and 11 standard cells. B and one cell have no place.
 */
export const TOY = [
  pbNode("__metadata__", { soft_macro_area_bloating_ratio: 2 }),
  pbNode("p0", { type: "PORT", side: "LEFT", x: 0, y: 50 }, "A/i"),
  pbNode("p1", { type: "PORT", side: "TOP", x: 50, y: 100 }),
  pbNode("A", { type: "MACRO", width: 40, height: 20, x: 30, y: 30, orientation: "N" }),
  pbNode("A/i", { type: "MACRO_PIN", macro_name: "A", x_offset: -10, y_offset: 5 }),
  pbNode(
    "A/o",
    { type: "MACRO_PIN", macro_name: "A", x_offset: 10, y_offset: 5, weight: 3 },
    "B/i",
    "Grp_0/i",
  ),
  pbNode("B", { type: "macro", width: 20, height: 20 }),
  pbNode("B/i", { type: "macro_pin", macro_name: "B", x_offset: 0, y_offset: -10 }),
  pbNode("Grp_0", { type: "macro", width: 10, height: 40, x: 70, y: 60 }),
  pbNode("Grp_0/i", { type: "macro_pin", macro_name: "Grp_0", x_offset: 4, y_offset: 4 }),
  pbNode("Grp_0/o", { type: "macro_pin", macro_name: "Grp_0" }, "p1", "s0"),
  pbNode("s0", { type: "STDCELL", width: 2, height: 2, x: 80, y: 80 }, "s1"),
  pbNode("s1", { type: "stdcell", width: 2, height: 2 }),
] as const;

/** The path of a file with these nodes, the toy's if not given. */
export function writeNetlist(nodes: readonly string[] = TOY): string {
  const path = join(makeFolder(), "toy.pb.txt");
  writeFileSync(path, nodes.join(""));
  return path;
}
