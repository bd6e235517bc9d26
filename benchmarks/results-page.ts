// Every measured figure of the documentation lives in benchmarks/results/*.json. This program writes docs/results.md from
// these files, and the tables that other pages show between `<!-- results: NAME -->` and `<!-- /results -->`.
// Run: npm run -s docs:results
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";

const FOLDER = "benchmarks/results";
const PUBLISHED = "benchmarks/published";
export const RESULTS_PAGE = "docs/results.md";

/** Fields by which a table may be laid out. */
const AXES = ["block", "method", "metric", "seconds", "iterations"] as const;
type Axis = (typeof AXES)[number];
const HEADINGS: Readonly<Record<Axis, string>> = {
  block: "block",
  method: "method",
  metric: "figure",
  seconds: "time",
  iterations: "iterations",
};

/** The field does not apply, for example the protocol of a reading speed. `null` means: not recorded. */
const none = z.literal("n/a");
const count = z.number().int().nonnegative();
const number = z.number();

/** One measured figure with the conditions of its measurement. */
const figureSchema = z
  .strictObject({
    block: z.string().min(1),
    method: z.string().min(1),
    metric: z.string().min(1),
    unit: z.string().nullable(),
    protocol: z.union([z.enum(["fd", "es", "free"]), none]),
    /** Budget or time of the run in seconds; two numbers are the shortest and the longest run. */
    seconds: z.union([number.nonnegative(), z.tuple([number, number]), none]).nullable(),
    iterations: z.union([count, none]).nullable(),
    seeds: z.union([z.array(count).min(1), none]).nullable(),
    workers: z.union([count.min(1), none]).nullable(),
    /** Processors of the machine, hyperthreads counted singly. */
    cores: count.min(1).nullable(),
    machine: z.string().min(1).nullable(),
    /** As it was given, with the names of settings at that time. */
    command: z.union([z.string().min(1), none]).nullable(),
    /** The commit that was measured, or a bound on it. */
    commit: z
      .string()
      .regex(/^((before|since) )?[0-9a-f]{7}$/)
      .nullable(),
    /** The commit that added the figure to the documentation, and its date. */
    recorded: z.strictObject({
      commit: z.string().regex(/^[0-9a-f]{7}$/),
      date: z.iso.date(),
    }),
    statistic: z.enum(["median", "mean", "single", "mean and worst", "range"]),
    decimals: count,
    value: number.nullable(),
    min: number.nullable(),
    max: number.nullable(),
    /** One value per seed, in the order of the seeds, where they were recorded. */
    values: z.array(number).min(1).nullable(),
    note: z.string().min(1).nullable(),
    tables: z.array(z.string()).min(1),
  })
  .superRefine((figure, context) => {
    for (const message of contradictions(figure)) context.addIssue({ code: "custom", message });
  });
export type Figure = z.infer<typeof figureSchema>;

const tableSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  caption: z.string().min(1),
  rows: z.array(z.enum(AXES)).min(1),
  columns: z.enum(AXES),
  /** Columns in this order; otherwise numbers ascend, and text comes as in the files. */
  order: z.array(z.string()).optional(),
  /** What a cell shows: the statistic with its range, or one value per seed. */
  show: z.enum(["statistic", "values"]).default("statistic"),
  /** Print the lowest figure of a row in bold. */
  highlight: z.boolean().default(false),
  /** Print a plus before positive figures. */
  signed: z.boolean().default(false),
  /** False: the table is for another page only. */
  listed: z.boolean().default(true),
  text: z.array(z.string()).default([]),
});
type Table = z.infer<typeof tableSchema>;

const studySchema = z.strictObject({
  title: z.string().min(1),
  order: count,
  about: z.array(z.string()).default([]),
  tables: z.array(tableSchema),
  /** Figures in groups: a group's conditions are those of each of its figures, unless the figure says otherwise. */
  groups: z.array(
    z.strictObject({
      conditions: z.record(z.string(), z.unknown()),
      figures: z.array(z.record(z.string(), z.unknown())).min(1),
    }),
  ),
});

export interface Study {
  readonly title: string;
  readonly order: number;
  readonly about: readonly string[];
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
}

/** Parses the text of one file; `path` is for messages. Throws where a field is missing, unknown or contradicts another. */
export function parseStudy(path: string, text: string): Study {
  const study = parseWith(studySchema, path, JSON.parse(text));
  const figures = study.groups.flatMap(({ conditions, figures }) =>
    figures.map((figure) => parseWith(figureSchema, path, { ...conditions, ...figure })),
  );
  return { ...study, figures };
}

/** All studies in the order of the page, checked against each other. */
export function readStudies(folder = FOLDER): Study[] {
  const studies = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => parseStudy(join(folder, name), readFileSync(join(folder, name), "utf8")))
    .sort((a, b) => a.order - b.order);
  checkTables(studies);
  return studies;
}

/** The whole results page. */
export function resultsPage(studies: readonly Study[]): string {
  const figures = studies.flatMap((study) => study.figures);
  const sections = studies.map((study) =>
    [
      `## ${study.title}`,
      ...study.about,
      ...study.tables
        .filter((table) => table.listed)
        .map((table) => `### ${table.caption}\n\n${tableWithConditions(table, figures)}`),
    ].join("\n\n"),
  );
  return `${[INTRODUCTION, ...sections, publishedSection()].join("\n\n")}\n`;
}

/** The text of a page with its results tables brought up to date. */
export function withResults(text: string, studies: readonly Study[]): string {
  const figures = studies.flatMap((study) => study.figures);
  const tables = new Map(studies.flatMap((study) => study.tables).map((table) => [table.name, table]));
  return text.replace(
    /(<!-- results: ([a-z0-9-]+) -->\n)[\s\S]*?(<!-- \/results -->)/g,
    (_, start: string, name: string, end: string) => {
      const table = tables.get(name);
      if (!table) throw new Error(`internal: no table of results is named '${name}'`);
      const body = [markdownTable(table, figures), ...footnotes(table, figures)].join("\n\n");
      return `${start}\n${body}\n\n${end}`;
    },
  );
}

/** README and all pages of docs/ but the results page itself. */
export function pagesWithResults(): string[] {
  const pages = ["docs", "docs/decisions"]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
  return ["README.md", ...pages].filter((path) => path.endsWith(".md") && path !== RESULTS_PAGE);
}

const INTRODUCTION = `# Results

<!-- Written by \`npm run -s docs:results\` from benchmarks/results/*.json. Change those files, not this page. -->

This page holds the measured figures. Each table has a list below it that tells how its figures were measured. Figures that led
to a decision in the past are in the [decision records](decisions/README.md).

- **Proxy cost** is wirelength + density / 2 + congestion / 2; lower is better. [The proxy cost](proxy-cost.md) has the rules.
- **Protocol fd**: hard macros stand on centres of grid cells, a force-directed placer places the soft macros. **Protocol
  free**: hard and soft macros go anywhere. Compare figures only within one protocol.
- A range in brackets is the lowest and the highest figure over the seeds.
- "Commit" is the version that was measured; "recorded in" is the commit that added the figure to the documentation.
  Where a condition was not written down at the time, the list says "not recorded".
- Commands are quoted as they were given. Some use names of settings that have changed since.

To add a figure, add it to a file in \`benchmarks/results/\` with all its conditions and run \`npm run -s docs:results\`.`;

function parseWith<T>(schema: z.ZodType<T>, path: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `internal: ${path}: ${z.prettifyError(parsed.error)} in ${JSON.stringify(value).slice(0, 200)}`,
  );
}

/** What in a figure cannot be true at once. */
function contradictions(
  figure: {
    readonly [field in "value" | "min" | "max"]: number | null;
  } & Pick<Figure, "statistic" | "values" | "seeds" | "decimals">,
): string[] {
  const { value, min, max, values, seeds, decimals } = figure;
  const rounding = 0.5001 * 10 ** -decimals;
  const found: string[] = [];
  const expect = (name: string, stated: number | null, computed: number): void => {
    if (stated === null || Math.abs(stated - computed) > rounding)
      found.push(`${name} is ${stated}, but the values give ${computed}`);
  };
  if (figure.statistic === "range" ? value !== null || min === null || max === null : value === null)
    found.push("a range has min and max, all other statistics have a value");
  if (figure.statistic === "single" && (min !== null || max !== null))
    found.push("a single run has no range");
  if (value !== null && ((min ?? value) > value || (max ?? value) < value))
    found.push("value out of min to max");
  if (values && Array.isArray(seeds) && values.length !== seeds.length)
    found.push(`${values.length} values of ${seeds.length} seeds`);
  if (values && values.length > 1 && (figure.statistic === "median" || figure.statistic === "mean")) {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    const median = sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    expect("value", value, figure.statistic === "median" ? median : mean);
    expect("min", min, sorted[0]!);
    expect("max", max, sorted.at(-1)!);
  }
  return found;
}

/** Every figure is in a table that exists, every table has figures, and no cell has two. */
function checkTables(studies: readonly Study[]): void {
  const tables = studies.flatMap((study) => study.tables);
  const names = new Set(tables.map((table) => table.name));
  if (names.size !== tables.length) throw new Error("internal: two tables of results have one name");
  const figures = studies.flatMap((study) => study.figures);
  for (const figure of figures)
    for (const name of figure.tables)
      if (!names.has(name)) throw new Error(`internal: a figure is for table '${name}', which is in no file`);
  for (const table of tables) {
    const shown = figuresOf(table, figures);
    if (shown.length === 0) throw new Error(`internal: table '${table.name}' has no figures`);
    const places = new Set(shown.map((figure) => placeOf(table, figure)));
    if (places.size !== shown.length) throw new Error(`internal: two figures in a cell of '${table.name}'`);
    if (table.show === "values" && shown.some((figure) => !figure.values))
      throw new Error(`internal: table '${table.name}' shows values per seed, and a figure has none`);
  }
}

function figuresOf(table: Table, figures: readonly Figure[]): Figure[] {
  return figures.filter((figure) => figure.tables.includes(table.name));
}

function placeOf(table: Table, figure: Figure): string {
  return [...table.rows, table.columns].map((axis) => labelOf(axis, figure)).join("\n");
}

function labelOf(axis: Axis, figure: Figure): string {
  if (axis === "seconds") return durationText(figure.seconds);
  if (axis === "iterations")
    return figure.iterations === 0 ? "start" : String(figure.iterations ?? "not recorded");
  if (axis === "metric") return metricText(figure);
  return figure[axis];
}

function metricText({ metric, unit }: Figure): string {
  return unit ? `${metric} (${unit})` : metric;
}

function durationText(seconds: Figure["seconds"]): string {
  if (seconds === null) return "not recorded";
  if (seconds === "n/a") return "n/a";
  if (typeof seconds !== "number") return `${seconds[0]} to ${seconds[1]} s`;
  if (seconds === 0) return "start";
  return seconds >= 600 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** Labels of an axis in the order of the table. */
function labelsInOrder(axis: Axis, figures: readonly Figure[]): string[] {
  const sorted =
    axis === "seconds" || axis === "iterations"
      ? [...figures].sort((a, b) => leastOf(a[axis]) - leastOf(b[axis]))
      : figures;
  return [...new Set(sorted.map((figure) => labelOf(axis, figure)))];
}

function leastOf(value: Figure["seconds"]): number {
  return typeof value === "number" ? value : Array.isArray(value) ? value[0] : Number.POSITIVE_INFINITY;
}

function markdownTable(table: Table, all: readonly Figure[]): string {
  const figures = figuresOf(table, all);
  const columns = table.order ?? labelsInOrder(table.columns, figures);
  for (const label of labelsInOrder(table.columns, figures))
    if (!columns.includes(label)) throw new Error(`internal: '${table.name}' has no column '${label}'`);
  const cells = new Map(figures.map((figure) => [placeOf(table, figure), figure]));
  const notes = notesOf(figures);
  const head = [...table.rows.map((axis) => HEADINGS[axis]), ...columns];
  const lines = [head, head.map(() => "---")];
  let previous: readonly string[] = [];
  for (const labels of rowsOf(table.rows, figures)) {
    const row = columns.map((column) => cells.get([...labels, column].join("\n")));
    const lowest = Math.min(...row.map((figure) => figure?.value ?? Number.POSITIVE_INFINITY));
    const shown = row.map((figure) => {
      if (!figure) return "";
      const text = cellText(table, figure);
      const isLowest = table.highlight && row.filter(Boolean).length > 1 && figure.value === lowest;
      const mark = figure.note ? ` [${notes.indexOf(figure.note) + 1}]` : "";
      return `${isLowest ? text.replace(/^\S+/, "**$&**") : text}${mark}`;
    });
    lines.push([...labels.map((label, at) => (previous[at] === label && at === 0 ? "" : label)), ...shown]);
    previous = labels;
  }
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** Combinations of row labels that have a figure, each axis in its order. */
function rowsOf(axes: readonly Axis[], figures: readonly Figure[]): string[][] {
  const [axis, ...rest] = axes;
  if (!axis) return [[]];
  return labelsInOrder(axis, figures).flatMap((label) =>
    rowsOf(
      rest,
      figures.filter((figure) => labelOf(axis, figure) === label),
    ).map((labels) => [label, ...labels]),
  );
}

function cellText(table: Table, figure: Figure): string {
  const text = (value: number): string => {
    const digits = Math.abs(value).toFixed(figure.decimals);
    const zero = Number(digits) === 0;
    return `${value < 0 && !zero ? "−" : table.signed && !zero ? "+" : ""}${figure.decimals ? digits : grouped(Math.abs(value))}`;
  };
  const { value, min, max, values } = figure;
  if (table.show === "values") return values!.map(text).join(", ");
  if (value === null) return `${text(min!)} to ${text(max!)}`;
  if (min !== null && max !== null) return `${text(value)} (${text(min)} to ${text(max)})`;
  return min !== null ? `${text(value)} (${text(min)})` : text(value);
}

/** Digits in groups of three from 10,000 on. */
function grouped(value: number): string {
  const digits = value.toFixed(0);
  return value >= 10_000 ? digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",") : digits;
}

function notesOf(figures: readonly Figure[]): string[] {
  return [...new Set(figures.flatMap((figure) => figure.note ?? []))];
}

function footnotes(table: Table, all: readonly Figure[]): string[] {
  const notes = notesOf(figuresOf(table, all)).map((note, at) => `[${at + 1}] ${note}`);
  return notes.length ? [notes.join("\\\n")] : [];
}

function tableWithConditions(table: Table, all: readonly Figure[]): string {
  const figures = figuresOf(table, all);
  const onAxes = new Set<string>([...table.rows, table.columns]);
  const conditions = CONDITIONS.filter(([, axis]) => !axis || !onAxes.has(axis)).flatMap(
    ([label, , textOf]) => conditionLine(label, table, figures, textOf),
  );
  const shown =
    table.show === "values"
      ? ["- Shown: one figure per seed, in the order of the seeds"]
      : conditionLine("Shown", table, figures, statisticText);
  const lines = [...shown, ...conditions, `- Recorded in: ${recordedText(figures)}`];
  return [markdownTable(table, all), ...footnotes(table, all), lines.join("\n"), ...table.text].join("\n\n");
}

/** Heading of a condition, the axis that shows it in the table itself, and its text; undefined: does not apply. */
const CONDITIONS: readonly (readonly [
  label: string,
  axis: Axis | undefined,
  textOf: (figure: Figure) => string | undefined,
])[] = [
  ["Block", "block", (figure) => figure.block],
  ["Method", "method", (figure) => figure.method],
  ["Figure", "metric", metricText],
  ["Protocol", undefined, ({ protocol }) => (protocol === "n/a" ? undefined : protocol)],
  ["Time", "seconds", ({ seconds }) => (seconds === "n/a" ? undefined : durationText(seconds))],
  ["Iterations", "iterations", ({ iterations }) => applicable(iterations, grouped)],
  ["Seeds", undefined, ({ seeds }) => applicable(seeds, listText)],
  ["Workers", undefined, ({ workers }) => applicable(workers, String)],
  ["Machine", undefined, machineText],
  ["Command", undefined, ({ command }) => applicable(command, (text) => `\`${text}\``)],
  ["Commit", undefined, ({ commit }) => commit ?? "not recorded"],
];

function machineText({ cores, machine }: Figure): string {
  const processors = cores === null ? [] : [`${cores} processor${cores === 1 ? "" : "s"}`];
  return [...processors, ...(machine === null ? [] : [machine])].join(", ") || "not recorded";
}

/** The commits that added the figures, with their dates. */
function recordedText(figures: readonly Figure[]): string {
  const texts = figures.map(({ recorded }) => `${recorded.date} (${recorded.commit})`);
  return [...new Set(texts)].sort().join(", ");
}

function applicable<T>(value: T | "n/a" | null, text: (value: T) => string): string | undefined {
  if (value === "n/a") return undefined;
  return value === null ? "not recorded" : text(value as T);
}

function statisticText({ statistic, min }: Figure): string | undefined {
  if (statistic === "single") return undefined;
  if (statistic === "range") return "lowest to highest";
  if (statistic === "mean and worst") return "mean (worst)";
  return min === null ? statistic : `${statistic} (lowest to highest)`;
}

/** 1 to 5; 1 and 2; 11 to 13. */
function listText(seeds: readonly number[]): string {
  const consecutive = seeds.every((seed, at) => at === 0 || seed === seeds[at - 1]! + 1);
  if (seeds.length > 2 && consecutive) return `${seeds[0]} to ${seeds.at(-1)}`;
  return seeds.length > 1 ? `${seeds.slice(0, -1).join(", ")} and ${seeds.at(-1)}` : String(seeds[0]);
}

/** A condition that all figures share; otherwise each of its texts with where it holds, the most frequent one last. */
function conditionLine(
  label: string,
  table: Table,
  figures: readonly Figure[],
  textOf: (figure: Figure) => string | undefined,
): string[] {
  const groups = new Map<string, Figure[]>();
  for (const figure of figures) {
    const text = textOf(figure);
    if (text !== undefined) groups.set(text, [...(groups.get(text) ?? []), figure]);
  }
  const sorted = [...groups].sort(([, a], [, b]) => a.length - b.length);
  if (sorted.length === 0) return [];
  const parts = sorted.map(([text, group], at) => {
    if (sorted.length === 1) return text;
    const last = at === sorted.length - 1;
    return `${text} (${whereOf(table, figures, group, last ? "all others" : undefined)})`;
  });
  return [`- ${label}: ${parts.join("; ")}`];
}

/** Names a part of a table by rows or columns; if these do not tell it from the rest, by `otherwise` or by crossings. */
function whereOf(
  table: Table,
  figures: readonly Figure[],
  group: readonly Figure[],
  otherwise?: string,
): string {
  const axes = [table.columns, ...table.rows];
  const pairs = axes.flatMap((first, at) => axes.slice(at + 1).map((second) => [first, second]));
  for (const set of [...axes.map((axis) => [axis]), ...(otherwise === undefined ? [...pairs, axes] : [])]) {
    const keyOf = (figure: Figure): string => set.map((axis) => labelOf(axis, figure)).join(" ");
    const outside = new Set(figures.filter((figure) => !group.includes(figure)).map(keyOf));
    if (group.every((figure) => !outside.has(keyOf(figure))))
      return [...new Set(group.map(keyOf))].join(", ");
  }
  if (otherwise !== undefined) return otherwise;
  throw new Error(`internal: two figures in a cell of '${table.name}'`);
}

const publishedSchema = z.object({
  what: z.string(),
  figures: z.array(
    z.object({
      block: z.string(),
      method: z.string(),
      protocol: z.string(),
      proxy_cost: z.number(),
      proxy_cost_max: z.number().optional(),
      seconds: z.number().nullable(),
      hardware: z.string().nullable(),
      source: z.string(),
      note: z.string().optional(),
    }),
  ),
});

/** Figures of other tools and files, which `compare` prints too. */
function publishedSection(): string {
  const parts = readdirSync(PUBLISHED)
    .sort()
    .map((name) => {
      const path = join(PUBLISHED, name);
      const { what, figures } = parseWith(publishedSchema, path, JSON.parse(readFileSync(path, "utf8")));
      const rows = figures.map((figure) => {
        const cost = figure.proxy_cost_max
          ? `${figure.proxy_cost} to ${figure.proxy_cost_max}`
          : String(figure.proxy_cost);
        const time = figure.seconds === null ? "" : `${figure.seconds} s`;
        return `| ${figure.block} | ${figure.method} | ${figure.protocol} | ${cost} | ${time} | ${figure.hardware ?? "not recorded"} |`;
      });
      const remarks = [...new Set(figures.flatMap(({ source, note }) => [source, ...(note ? [note] : [])]))];
      return [
        `### ${what}`,
        [
          "| block | method | protocol | proxy cost | time | hardware |",
          "|---|---|---|---|---|---|",
          ...rows,
        ].join("\n"),
        remarks.map((remark) => `- ${remark[0]!.toUpperCase()}${remark.slice(1)}`).join("\n"),
      ].join("\n\n");
    });
  return [
    "## Other tools and published placements",
    "These figures come from `benchmarks/published/`. `compare` prints those of the same block and protocol below its own table.",
    ...parts,
  ].join("\n\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const studies = readStudies();
  writeFileSync(RESULTS_PAGE, resultsPage(studies));
  for (const path of pagesWithResults()) {
    const text = readFileSync(path, "utf8");
    const updated = withResults(text, studies);
    if (updated !== text) writeFileSync(path, updated);
  }
}
