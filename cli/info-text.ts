// `info` on a terminal: first what an engineer asks first, in a screen. `--json` has all figures.
import type { describe } from "../flow/index.js";

type Description = Awaited<ReturnType<typeof describe>>;

const MOST_LINES = 4;
const LABEL_WIDTH = 14;

/** The lines that `info` prints. */
export function infoText(description: Description): string {
  const { name, counts, canvas, grid, routing, utilisation, area, macroSizes, blockages, nets } = {
    ...description,
    nets: description.fanout,
  };
  const whole = (value: number) => value.toLocaleString("en");
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const short = (value: number) => Number(value.toPrecision(6)).toString();
  const lines: [string, string][] = [
    ["block", name],
    [
      "macros",
      `${whole(counts.hardMacros)} hard${macrosOf(description)}, ${percent(utilisation.hard)} of the canvas${sizesOf(macroSizes)}`,
    ],
    [
      "cells",
      `${whole(counts.standardCells)} standard cells, ${whole(counts.softMacros)} soft macros, ${whole(counts.ports)} ports`,
    ],
    [
      "utilisation",
      `${percent(utilisation.total)}: hard ${short(area.hard)}, soft ${short(area.soft)}, cells ${short(area.cells)} µm²`,
    ],
    ["legality", legalityOf(description)],
    ["canvas", `${short(canvas.width)} x ${short(canvas.height)} µm, grid ${grid.columns} x ${grid.rows}`],
    [
      "nets",
      `${whole(counts.nets)} with ${whole(counts.pins)} pins, ${short(nets.mean)} pins a net, at most ${nets.maximum}`,
    ],
    [
      "tracks per µm",
      `${short(routing.horizontal)} horizontal, ${short(routing.vertical)} vertical; over macros ${short(routing.horizontalUsedByMacros)}, ${short(routing.verticalUsedByMacros)} taken`,
    ],
    ...constraintsOf(description, blockages.length),
    ...passedOver(description),
  ];
  const text = lines.map(([label, value]) => `${label.padEnd(LABEL_WIDTH)}${value}`);
  return `${text.join("\n")}\n\nAll figures: --json\n`;
}

function macrosOf({ design, places }: Description): string {
  if (!design) return places.fixed > 0 ? ` (${places.fixed} nodes fixed)` : "";
  const { macros, macrosPlaced, macrosFixed } = design.components;
  return ` (${macrosFixed} fixed, ${macrosPlaced} placed, ${macros - macrosPlaced - macrosFixed} unplaced)`;
}

function sizesOf(sizes: Description["macroSizes"]): string {
  const [first] = sizes;
  if (!first) return "";
  const more = sizes.length > 1 ? ` and ${sizes.length - 1} more sizes` : "";
  return `; ${first.count} of ${first.width} x ${first.height} µm${more}`;
}

function legalityOf({ violations, legality }: Description): string {
  const { unplaced, overlaps, outside, blocked } = legality;
  if (violations.length > 0)
    return `no: ${violations.length} violations, the first: ${violations[0]!.message}`;
  const found = [
    ...(overlaps > 0 ? [`${overlaps} overlaps`] : []),
    ...(outside > 0 ? [`${outside} macros outside the canvas`] : []),
    ...(blocked > 0 ? [`${blocked} macros on blockages`] : []),
  ];
  if (found.length > 0) return `no: ${found.join(", ")}`;
  return unplaced > 0 ? `not placed yet: ${unplaced} hard macros have no place` : "yes";
}

function constraintsOf({ design }: Description, blockages: number): [string, string][] {
  if (!design) return blockages > 0 ? [["constraints", `${blockages} blockages`]] : [];
  const { halos, regions, groups, rows, blockages: kinds } = design;
  const count = kinds.hard + kinds.soft + kinds.partial;
  return [
    ["constraints", `${rows} rows, ${halos} halos, ${count} blockages, ${regions} regions, ${groups} groups`],
  ];
}

/** What was read and not used, and notes on the files. */
function passedOver({ design, bookshelf, notes }: Description): [string, string][] {
  const ignored = Object.entries(design?.ignored ?? {}).map(([kind, count]) => `${count} ${kind}`);
  const unread = bookshelf?.unread ?? [];
  const all = [...notes, ...(design?.notes ?? [])];
  const told = all.slice(0, MOST_LINES);
  if (all.length > told.length) told.push(`and ${all.length - told.length} more notes`);
  return [
    ["passed over", [...ignored, ...unread].join(", ") || "nothing"],
    ...told.map((note): [string, string] => ["note", note]),
  ];
}
