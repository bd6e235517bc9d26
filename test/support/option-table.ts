// The tables of options in docs/, made from the schemas. Run: npm run -s docs:options
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { METHODS, rewardFitSchema } from "../../flow/index.js";
import type { RestartMethod } from "../../placer/index.js";
import { trainSettingsSchema } from "../../policy/index.js";

export const OPTION_PAGES = [
  "docs/training.md",
  "docs/annealing.md",
  "docs/placers.md",
  "docs/reward-model.md",
] as const;
export type OptionPage = (typeof OPTION_PAGES)[number];

const TABLES: Readonly<Record<OptionPage, () => string>> = {
  "docs/training.md": () => optionTable(trainSettingsSchema),
  "docs/annealing.md": () => optionTable(METHODS.find(({ name }) => name === "anneal")!.settings!),
  "docs/placers.md": settingTable,
  "docs/reward-model.md": () => optionTable(rewardFitSchema.omit({ network: true })),
};
const SECTION = /(<!-- options: [^\n]* -->\n)[\s\S]*?(<!-- \/options -->)/;

interface Property {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Property>>;
}

/** The text of a page with its table brought up to date. */
export function withOptionTable(page: OptionPage, text: string): string {
  if (!SECTION.test(text)) throw new Error(`internal: ${page} has no place for the options`);
  return text.replace(SECTION, `$1${TABLES[page]()}\n$2`);
}

/** What restarts draw. */
function settingTable(): string {
  const restarted = METHODS.filter((method): method is RestartMethod => "placer" in method);
  const rows = restarted.flatMap(({ placer }) =>
    Object.entries(placer.settings ?? {}).map(
      ([name, { least, most, meaning }]) =>
        `| \`${placer.name}\` | \`${name}\` | ${least} | ${most} | ${meaning} |`,
    ),
  );
  return ["| method | setting | drawn from | to | meaning |", "|---|---|---|---|---|", ...rows].join("\n");
}

function optionTable(schema: z.ZodType): string {
  const { properties } = z.toJSONSchema(schema, { io: "output" }) as Property;
  const rows = rowsOf("", properties!, schema.parse({}) as Values);
  return ["| name | default | meaning |", "|---|---|---|", ...rows].join("\n");
}

type Values = Readonly<Record<string, unknown>>;

function rowsOf(prefix: string, properties: Readonly<Record<string, Property>>, values: Values): string[] {
  return Object.entries(properties).flatMap(([name, property]) =>
    property.properties
      ? rowsOf(`${prefix}${name}.`, property.properties, values[name] as Values)
      : [row(prefix + name, property, values[name])],
  );
}

function row(name: string, property: Property, value: unknown): string {
  const preset = value === undefined ? "" : `\`${JSON.stringify(value)}\``;
  return `| \`${name}\` | ${preset} | ${property.description ?? ""} |`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  for (const page of OPTION_PAGES) writeFileSync(page, withOptionTable(page, readFileSync(page, "utf8")));
