// Checks every golden value of the shared conformance data with the function behind `ashlar eval`, and prints a table.
// Run: npm run -s conformance. Exits with 1 if a value differs by more than its file allows.
import { pathToFileURL } from "node:url";
import { type BlockOptions, evaluate } from "../flow/index.js";
import { readGolden, sharedPath, withoutShared } from "../test/support/shared-data.js";

const COSTS = ["wirelength", "wirelength_cost", "density_cost", "congestion_cost"] as const;
type CostName = (typeof COSTS)[number];
type PerCost<T> = Readonly<Record<CostName, T>>;

/** One golden record of any file. */
export interface ConformanceCase {
  readonly name: string;
  readonly netlist: string;
  readonly options: BlockOptions;
  readonly expected: PerCost<number>;
  /** Largest relative and absolute differences. One of them must hold. */
  readonly tolerance: PerCost<{ readonly relative: number; readonly absolute: number }>;
  /** Costs that are not compared because nodes are not placed. */
  readonly leftOut: readonly CostName[];
}

interface Difference {
  readonly relative: number;
  readonly absolute: number;
  readonly ok: boolean;
  readonly compared: boolean;
}

export interface ConformanceRow {
  readonly name: string;
  readonly differences: PerCost<Difference>;
  readonly ok: boolean;
}

interface GoldenRecord extends PerCost<number> {
  readonly netlist: string;
  readonly placement: string;
  readonly what: string;
}

interface SettingsRecord extends PerCost<number> {
  readonly id: string;
  readonly netlist: string;
  readonly plc: string | null;
  readonly canvas: readonly [number, number];
  readonly grid: readonly [number, number];
  readonly routes_per_micron: readonly [number, number];
  readonly macro_routing_allocation: readonly [number, number];
  readonly smooth: number;
  readonly unplaced_nodes?: number;
  readonly tolerance?: { readonly wirelength_rel: number; readonly costs_abs: number };
}

function perCost<T>(value: (cost: CostName) => T): Record<CostName, T> {
  return Object.fromEntries(COSTS.map((cost) => [cost, value(cost)])) as Record<CostName, T>;
}

const EXACT = perCost(() => ({ relative: 1e-9, absolute: 0 }));
const PRINTED_IN_FULL = perCost(() => ({ relative: 1e-12, absolute: 0 }));

function goldenCases(): ConformanceCase[] {
  return readGolden<GoldenRecord[]>("golden.json").map((record) => ({
    name: `${record.placement.replace(/^.*\//, "").replace(".plc.gz", "")}: ${record.what}`,
    netlist: record.netlist,
    options: { placement: sharedPath(record.placement) },
    expected: record,
    tolerance: EXACT,
    leftOut: [],
  }));
}

function recordCases(): ConformanceCase[] {
  return readGolden<SettingsRecord[]>("records.json").map((record) => ({
    ...settingsCase(record),
    tolerance: record.id.startsWith("c01") ? PRINTED_IN_FULL : EXACT,
    leftOut: [],
  }));
}

function headerCases(): ConformanceCase[] {
  return readGolden<SettingsRecord[]>("google-headers.json").map((record) => {
    const { wirelength_rel: relative, costs_abs: absolute } = record.tolerance!;
    return {
      ...settingsCase(record),
      tolerance: perCost((cost) =>
        cost === "wirelength" ? { relative, absolute: 0 } : { relative: 0, absolute },
      ),
      leftOut: record.unplaced_nodes ? ["wirelength", "wirelength_cost"] : [],
    };
  });
}

function settingsCase(record: SettingsRecord): Omit<ConformanceCase, "tolerance" | "leftOut"> {
  return {
    name: record.id,
    netlist: record.netlist,
    expected: record,
    options: {
      placement: record.plc === null ? undefined : sharedPath(record.plc),
      canvas: record.canvas.join("x"),
      grid: record.grid.join("x"),
      routes: record.routes_per_micron.join(","),
      macroRoutes: record.macro_routing_allocation.join(","),
      smoothing: record.smooth,
      squareSoftMacros: record.id.includes("square-soft"),
    },
  };
}

/** All golden records. */
export function conformanceCases(): ConformanceCase[] {
  return [...goldenCases(), ...recordCases(), ...headerCases()];
}

/** Compares every golden cost; a row per record. */
export async function runConformance(): Promise<ConformanceRow[]> {
  const rows: ConformanceRow[] = [];
  for (const golden of conformanceCases()) {
    const allowMissing = golden.leftOut.length > 0;
    const { score } = await evaluate(sharedPath(golden.netlist), golden.options, { allowMissing });
    const differences = perCost((cost): Difference => {
      const absolute = Math.abs(score[cost] - golden.expected[cost]);
      const relative = absolute === 0 ? 0 : absolute / Math.abs(golden.expected[cost]);
      const limit = golden.tolerance[cost];
      const ok = relative <= limit.relative || absolute <= limit.absolute;
      const compared = !golden.leftOut.includes(cost);
      return { relative, absolute, ok: ok || !compared, compared };
    });
    rows.push({ name: golden.name, differences, ok: COSTS.every((cost) => differences[cost].ok) });
  }
  return rows;
}

function printTable(rows: readonly ConformanceRow[]): void {
  const lines = [
    "Relative difference of `ashlar eval` from the golden values",
    "",
    `${"record".padEnd(64)}${COSTS.map((cost) => cost.padStart(17)).join("")}`,
    ...rows.map(({ name, differences }) => {
      const cells = COSTS.map((cost) => {
        const { relative, ok, compared } = differences[cost];
        return (compared ? `${relative.toExponential(1)}${ok ? "" : " !"}` : "not compared").padStart(17);
      });
      return `${name.slice(0, 63).padEnd(64)}${cells.join("")}`;
    }),
    "",
    "Tolerance: 1e-9 relative where the value comes from a double-precision evaluator; 1e-12 for c01, which the original",
    "binary printed in full; for the headers of placement files (…-header) 2e-6 in wirelength, because their coordinates",
    "have six digits, and 6e-5 in the costs, because they have four decimals. Differences around 1e-13 are the unit of",
    "our fixed-point maps (2^-42). Not compared: it is not known how the original counts nets of nodes that are not",
    "placed; `eval` itself refuses such placements.",
    "",
    `${rows.filter((row) => row.ok).length} of ${rows.length} records agree.`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (withoutShared) process.stderr.write(`${withoutShared}\n`);
  const rows = withoutShared ? [] : await runConformance();
  if (rows.length > 0) printTable(rows);
  if (rows.length === 0 || !rows.every((row) => row.ok)) process.exitCode = 1;
}
