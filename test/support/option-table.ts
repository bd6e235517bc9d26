// The table of training options in docs/training.md, made from the schema. Run: npm run -s docs:options
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { trainOptionsSchema } from "../../policy/index.js";

export const OPTIONS_PAGE = "docs/training.md";
const SECTION = /(<!-- options: [^\n]* -->\n)[\s\S]*?(<!-- \/options -->)/;

interface Property {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Property>>;
}

/** The page with its table brought up to date. */
export function withOptionTable(page: string): string {
  if (!SECTION.test(page)) throw new Error(`internal: ${OPTIONS_PAGE} has no place for the options`);
  return page.replace(SECTION, `$1${optionTable()}\n$2`);
}

function optionTable(): string {
  const resolved = trainOptionsSchema.parse({}) as Record<string, unknown>;
  const { properties } = z.toJSONSchema(trainOptionsSchema, { io: "output" }) as Property;
  const rows = Object.entries(properties!).flatMap(([name, property]) =>
    property.properties
      ? Object.entries(property.properties).map(([part, size]) =>
          row(`${name}.${part}`, size, (resolved[name] as Record<string, unknown>)[part]),
        )
      : [row(name, property, resolved[name])],
  );
  return ["| name | default | meaning |", "|---|---|---|", ...rows].join("\n");
}

function row(name: string, property: Property, value: unknown): string {
  const preset = value === undefined ? "" : `\`${JSON.stringify(value)}\``;
  return `| \`${name}\` | ${preset} | ${property.description ?? ""} |`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  writeFileSync(OPTIONS_PAGE, withOptionTable(readFileSync(OPTIONS_PAGE, "utf8")));
