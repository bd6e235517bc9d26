// Compares statistics of generated blocks with those of the open clustered netlists: prints a table, puts it into
// docs/generator.md and draws docs/generator.svg. Needs the benchmark netlists.
// Run: node dist/benchmarks/generator-statistics.js
import { readFileSync } from "node:fs";
import {
  type Block,
  type BlockDescription,
  describeBlock,
  FAMILIES,
  type Family,
  generateBlock,
  InputError,
  loadBlock,
  NodeKind,
  nodesOfKind,
  type RentLevel,
  writeFileAtomically,
} from "../netlist/index.js";
import { sharedPath, withoutShared } from "../test/support/shared-data.js";
import { type ChartPanel, renderPanelsSvg } from "../viz/index.js";

const REAL = [
  "ariane133_ng45",
  "ariane133_sky130hd",
  "ariane136_asap7",
  "mempool_tile_ng45",
  "nvdla_sky130hd",
];
const SIZES = [24, 64, 133];
const SEEDS = [1, 2, 3];
const PAGE = "docs/generator.md";
const PICTURE = "docs/generator.svg";
const MARKS = ["<!-- table: generator-statistics -->", "<!-- end of table -->"] as const;

interface Sample {
  readonly description: BlockDescription;
  /** Pins of nets, weights of nets, areas of soft macros relative to their median. */
  readonly fanouts: readonly number[];
  readonly weights: readonly number[];
  readonly areas: readonly number[];
}

function sampleOf(block: Block): Sample {
  const description = describeBlock(block);
  const fanouts = Array.from(
    { length: block.netCount },
    (_, net) => block.netStarts[net + 1]! - block.netStarts[net]!,
  );
  const areas = [...nodesOfKind(block, NodeKind.SoftMacro)].map(
    (node) => (block.widths[node]! * block.heights[node]!) / description.softMacroAreas.median,
  );
  return { description, fanouts, weights: [...block.netWeights], areas };
}

type Column = readonly [name: string, value: (d: BlockDescription) => number, decimals: number];

const COLUMNS: readonly Column[] = [
  ["hard macros", (d) => d.counts.hardMacros, 0],
  ["sizes", (d) => d.macroSizes.length, 0],
  ["soft macros", (d) => d.counts.softMacros, 0],
  ["ports", (d) => d.counts.ports, 0],
  ["nets", (d) => d.counts.nets, 0],
  ["grid cells", (d) => d.grid.columns * d.grid.rows, 0],
  ["utilisation", (d) => d.utilisation.total, 2],
  ["hard area / all", (d) => d.area.hardShare, 2],
  ["pins a net, mean", (d) => d.fanout.mean, 2],
  ["p99", (d) => d.fanout.p99, 0],
  ["net weight, mean", (d) => d.netWeights.mean, 2],
  ["p99", (d) => d.netWeights.p99, 0],
  ["greatest", (d) => d.netWeights.maximum, 0],
  ["pins a hard macro", (d) => d.pinsPerHardMacro.median, 0],
  ["pins a soft macro, mean", (d) => d.pinsPerSoftMacro.mean, 1],
  ["soft area, p90 / median", (d) => d.softMacroAreas.p90 / d.softMacroAreas.median, 2],
  ["wires at hard macros", (d) => d.wires.ofHardMacros, 2],
  ["between them", (d) => d.wires.betweenHardMacros, 2],
  ["at ports", (d) => d.wires.ofPorts, 2],
  ["neighbours, median", (d) => d.graph?.degree.median ?? Number.NaN, 0],
  ["Rent exponent", (d) => d.rent?.exponent ?? Number.NaN, 2],
];

/** A table of statistics. Columns: each real block, the range of all real blocks, the range of each family. */
function table(real: readonly Sample[], made: ReadonlyMap<Family, readonly Sample[]>): string {
  const range = (samples: readonly Sample[], [, value, decimals]: Column) => {
    const values = samples.map(({ description }) => value(description));
    const [least, greatest] = [Math.min(...values), Math.max(...values)].map((v) => v.toFixed(decimals));
    return least === greatest ? least! : `${least}–${greatest}`;
  };
  const heads = ["", "real blocks", ...made.keys()];
  const rows = COLUMNS.map((column) => [
    column[0],
    range(real, column),
    ...[...made.values()].map((samples) => range(samples, column)),
  ]);
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Decimal logarithms of the share of values at or above each threshold; NaN where there are none. */
function tailOf(values: readonly number[], thresholds: readonly number[]): number[] {
  return thresholds.map((threshold) => {
    const count = values.reduce((sum, value) => sum + (value >= threshold ? 1 : 0), 0);
    return count > 0 ? Math.log10(count / values.length) : Number.NaN;
  });
}

/** Logarithm of the wires that leave clusters of each size, interpolated between the measured levels. */
function rentOf(levels: readonly RentLevel[], sizes: readonly number[]): number[] {
  return sizes.map((size) => {
    const above = levels.findIndex((level) => level.size >= size);
    if (above < 0) return Number.NaN;
    const b = levels[above]!;
    const a = levels[above - 1];
    if (!a) return b.size === size ? Math.log10(b.wires) : Number.NaN;
    const part = Math.log(size / a.size) / Math.log(b.size / a.size);
    return Math.log10(a.wires) + part * (Math.log10(b.wires) - Math.log10(a.wires));
  });
}

type Titles = Pick<ChartPanel, "title" | "xLabel" | "yLabel">;

interface Samples {
  /** Values on the x axis. */
  readonly xs: readonly number[];
  readonly real: readonly Sample[];
  readonly made: ReadonlyMap<Family, readonly Sample[]>;
}

function panelOf(
  titles: Titles,
  curveOf: (sample: Sample) => number[],
  { xs, real, made }: Samples,
): ChartPanel {
  const average = (samples: readonly Sample[]) => {
    const curves = samples.map(curveOf);
    const column = (at: number) => curves.map((curve) => curve[at]!).filter(Number.isFinite);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    // A point needs at least half of the samples, or it would show only those few.
    const columns = xs.map((_, at) => {
      const values = column(at);
      return 2 * values.length >= curves.length ? values : [];
    });
    return {
      ys: columns.map(mean),
      lows: columns.map((values) => Math.min(...values)),
      highs: columns.map((values) => Math.max(...values)),
    };
  };
  return {
    ...titles,
    logX: true,
    series: [
      { label: "real blocks, with range", xs, ...average(real) },
      ...[...made].map(([family, samples]) => ({ label: family, xs, ys: average(samples).ys })),
    ],
  };
}

async function main(): Promise<void> {
  if (withoutShared) throw new InputError("benchmarks", withoutShared);
  const real: Sample[] = [];
  for (const name of REAL) real.push(sampleOf(await loadBlock(sharedPath(`benchmarks/tilos/${name}`))));
  const made = new Map<Family, Sample[]>();
  for (const family of FAMILIES)
    made.set(
      family,
      SIZES.flatMap((macros) => SEEDS.map((seed) => sampleOf(generateBlock({ family, macros, seed })))),
    );
  const text = table(real, made);
  process.stdout.write(`${text}\n`);
  const counts = [2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30];
  const sizes = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
  const weights = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];
  const areas = [0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.3, 1.6, 2, 2.5, 3, 4, 5];
  const shareOf = (title: string, xLabel: string, xs: readonly number[]) => ({
    titles: { title, xLabel, yLabel: "log10 of share at or above" },
    xs,
  });
  const rent = { title: "Rent's rule", xLabel: "macros in a cluster", yLabel: "log10 of wires that leave" };
  const panels: { titles: Titles; xs: readonly number[]; curveOf: (sample: Sample) => number[] }[] = [
    {
      titles: rent,
      xs: sizes,
      curveOf: ({ description }) => rentOf(description.rent?.levels ?? [], sizes),
    },
    {
      ...shareOf("Fan-out", "pins of a net", counts),
      curveOf: ({ fanouts }) => tailOf(fanouts, counts),
    },
    {
      ...shareOf("Net weights", "weight of a net", weights),
      curveOf: (sample) => tailOf(sample.weights, weights),
    },
    {
      ...shareOf("Soft macros", "area over the median", areas),
      curveOf: (sample) => tailOf(sample.areas, areas),
    },
  ];
  const svg = renderPanelsSvg(
    panels.map(({ titles, xs, curveOf }) => panelOf(titles, curveOf, { xs, real, made })),
    { title: "Generated families beside five open clustered netlists" },
  );
  await writeFileAtomically(PICTURE, svg);
  const page = readFileSync(PAGE, "utf8");
  const [start, end] = MARKS.map((mark) => page.indexOf(mark)) as [number, number];
  if (start < 0 || end < start)
    throw new InputError(PAGE, "the marks of the table are not there", `put ${MARKS.join(" and ")} in`);
  await writeFileAtomically(
    PAGE,
    `${page.slice(0, start + MARKS[0].length)}\n\n${text}\n\n${page.slice(end)}`,
  );
}

await main();
