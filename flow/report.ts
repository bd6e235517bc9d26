// The files that a finished run leaves: placement, picture, report, summary.
import type { CostMaps, Costs } from "../env/index.js";
import { type Block, type Placement, writeFileAtomically } from "../netlist/index.js";
import { renderReportHtml, renderSvg, type Scene } from "../viz/index.js";
import type { RunFolder } from "./run-folder.js";

/** Writes `best.plc`, `best.svg`, `report.html` and `summary.json`. */
export async function writeResult(
  run: RunFolder,
  block: Block,
  placement: Placement,
  costs: Costs,
  maps: CostMaps,
  summary: object,
): Promise<void> {
  await run.writeFinal(block, placement, costs);
  const scene = {
    ...{ block, placement, maps, costs, title: block.name, subtitle: subtitleOf(summary) },
    ...learningCurve(run.readMetrics()),
  };
  await writeFileAtomically(run.file("best.svg"), renderSvg(scene));
  await writeFileAtomically(
    run.file("report.html"),
    renderReportHtml({ scene, summary: summary as Record<string, unknown> }),
  );
  await run.writeSummary(summary);
}

function subtitleOf(summary: object): string[] {
  const { method, protocol, seed, seconds } = summary as Record<string, unknown>;
  const parts = [
    method && `method ${method}`,
    protocol && `protocol ${protocol}`,
    seed !== undefined && `seed ${seed}`,
    typeof seconds === "number" && `${seconds.toFixed(0)} s`,
  ];
  return [parts.filter(Boolean).join(" · ")];
}

/** Mean and best proxy cost over the episodes played, or over iterations where the method plays none. */
export function learningCurve(
  metrics: readonly Readonly<Record<string, unknown>>[],
): Required<Pick<Scene, "curve" | "curveX">> {
  const lines = metrics.filter((line) => typeof line["cost/proxy"] === "number");
  const curveX =
    lines.length > 0 && lines.every(({ episodes }) => typeof episodes === "number")
      ? "episodes"
      : "iteration";
  const xs = lines.map((line) => Number(line[curveX]));
  const curve = (label: string, key: string) => ({ label, xs, ys: lines.map((line) => Number(line[key])) });
  if (lines.length === 0) return { curve: [], curveX };
  const curves = [curve("mean of the iteration", "cost/proxy")];
  if (lines.every((line) => typeof line["cost/best"] === "number"))
    curves.push(curve("best so far", "cost/best"));
  return { curve: curves, curveX };
}
