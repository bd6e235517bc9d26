// What the judged placements say: how well every cheap figure ranks by the verified ones, and how much a truth differs between
// two ways to place.
import type { VerifySummary } from "../../flow/verify.js";
import { Random } from "../../netlist/index.js";
import { blockTau, chosenOnOthers, fittedOnOthers, type Interval, meanRatio, meanTau } from "./agreement.js";
import type { Figures } from "./figures.js";
import type { Source } from "./placements.js";

/** What counts in the end, as `verify` finds it. */
export const TRUTHS = ["flat_wirelength", "routed_wirelength", "pattern_overflow", "ace_5"] as const;
export type Truth = Pick<VerifySummary, (typeof TRUTHS)[number] | "overflow" | "legal">;

/** A macro placement, judged. */
export interface Judged {
  readonly block: string;
  readonly source: string;
  readonly group: Source["group"];
  readonly figures: Figures;
  readonly truth: Truth;
}

/** Agreement of a figure with a truth among the placements of a set. */
export interface Agreement {
  readonly truth: string;
  readonly set: string;
  readonly figure: string;
  readonly mean: Interval;
  readonly blocks: readonly (Interval & { readonly block: string; readonly placements: number })[];
}

/** How many times as large a truth is with the second way to place as with the first, at the same seed and budget. */
export interface Contrast {
  readonly truth: string;
  readonly first: string;
  readonly second: string;
  readonly pairs: number;
  readonly ratio: Interval;
  readonly blocks: readonly { readonly block: string; readonly ratio: number; readonly pairs: number }[];
}

export interface Findings {
  readonly placements: Readonly<Record<string, number>>;
  readonly agreements: readonly Agreement[];
  readonly contrasts: readonly Contrast[];
}

/** A block with fewer placements in a set says nothing about ranks. */
const FEWEST = 5;

/** Further weights of wirelength, density and congestion under which terms are added up. */
const WEIGHTS: readonly (readonly [number, number, number])[] = [
  [1, 0.5, 0.25],
  [1, 0.5, 0.1],
  [1, 0.5, 0],
  [1, 0.1, 0.1],
  [1, 0, 0.1],
  [1, 0, 0.02],
];
/** Terms that a linear fit takes. */
const FITTED = ["wirelength", "density", "congestion", "rudy"];
/** Cell placers of `CheapFigures` with which weights and fits are tried. */
const TRIED = ["es", "wire"];

interface Kinds {
  /** Sources of the first kind, and what they are called if they are of the second. */
  readonly first: RegExp;
  readonly second: string;
  readonly names: readonly [string, string];
}

const WIRES = "weights 1 : 0.1 : 0.02";
/** Ways to place that differ in one thing, and in their names. */
const CONTRASTS: readonly Kinds[] = [
  { first: /^(anneal|policy)-es-s/, second: "$1-es-wires-s", names: ["es", `es, ${WIRES}`] },
  { first: /^anneal-free-s/, second: "anneal-free-wires-s", names: ["anneal free", `anneal free, ${WIRES}`] },
  { first: /^anneal-fd-s1-4s$/, second: "anneal-es-s1-4s", names: ["anneal fd", "anneal es"] },
  {
    first: /^anneal-es-s2-16s$/,
    second: "anneal-free-s2-20s",
    names: ["anneal es, 16 s", "anneal free, 20 s"],
  },
  {
    first: /^anneal-free-wires-s1-8s$/,
    second: "mixed-free-s1-2s",
    names: [`anneal free, ${WIRES}, 8 s`, "mixed free"],
  },
  { first: /^anneal-free-s1-8s$/, second: "mixed-free-s1-2s", names: ["anneal free, 8 s", "mixed free"] },
  { first: /^policy-fd-s1-8s$/, second: "mixed-free-s1-2s", names: ["policy fd, 8 s", "mixed free"] },
  { first: /^mixed-es-s/, second: "mixed-free-s", names: ["mixed es", "mixed free"] },
];

/** All that the report shows. */
export function findings(judged: readonly Judged[]): Findings {
  const blocks = [...new Set(judged.map(({ block }) => block))];
  const of = (block: string) => judged.filter((one) => one.block === block);
  return {
    placements: Object.fromEntries(blocks.map((block) => [block, of(block).length])),
    agreements: TRUTHS.flatMap((truth) => agreements(blocks.map(of), truth)),
    contrasts: TRUTHS.slice(0, 2).flatMap((truth) =>
      CONTRASTS.flatMap((contrast) => contrastOf(contrast, blocks.map(of), truth)),
    ),
  };
}

/** Which placements of a block belong to a set. */
const SETS: Readonly<Record<string, (block: readonly Judged[], truth: keyof Truth) => readonly Judged[]>> = {
  all: (block) => block,
  "without random": (block) => block.filter(({ group }) => group !== "random"),
  "better half": (block, truth) =>
    [...block].sort((a, b) => Number(a.truth[truth]) - Number(b.truth[truth])).slice(0, block.length / 2),
  searches: (block) => block.filter(({ group }) => group === "search"),
};

export const PLACEMENT_SETS = Object.keys(SETS);

function agreements(blocks: readonly (readonly Judged[])[], truth: (typeof TRUTHS)[number]): Agreement[] {
  return PLACEMENT_SETS.flatMap((set) => {
    const counted = chosenOf(blocks, set, truth);
    if (counted.length === 0) return [];
    const truths = counted.map((block) => block.map((one) => one.truth[truth]));
    const values = (figure: string) => counted.map((block) => block.map((one) => one.figures[figure]!));
    const common = Object.keys(counted[0]![0]!.figures).filter((figure) =>
      counted.every((block) => block.every(({ figures }) => figures[figure] !== undefined)),
    );
    const plain = common.map((figure) => ({ figure, values: values(figure) }));
    const weighted = TRIED.flatMap((placer) =>
      WEIGHTS.map((weights) => ({
        figure: `${placer} ${weights.join(" : ")}`,
        values: counted.map((block) => block.map(({ figures }) => weightedSum(figures, placer, weights))),
      })),
    );
    const single = [...plain, ...weighted];
    const derived = [
      ...TRIED.map((placer) => ({
        figure: `${placer} linear fit on other blocks`,
        values: fittedOnOthers(
          FITTED.map((term) => values(`${placer} ${term}`)),
          truths,
        ),
      })),
      {
        figure: "figure chosen on other blocks",
        values: chosenOnOthers(
          single.map((one) => one.values),
          truths,
        ),
      },
    ];
    return [...single, ...(counted.length > 1 ? derived : [])].map(({ figure, values: found }) =>
      agreementOf({ truth, set, figure }, counted, found),
    );
  });
}

/** The placements of a set, of those blocks that have enough of them. */
export function chosenOf(
  blocks: readonly (readonly Judged[])[],
  set: string,
  truth: (typeof TRUTHS)[number],
): (readonly Judged[])[] {
  return blocks.map((block) => SETS[set]!(block, truth)).filter(({ length }) => length >= FEWEST);
}

/** Of a figure of which `values` has one for each block and placement of `counted`. */
export function agreementOf(
  {
    truth,
    set,
    figure,
  }: { readonly truth: (typeof TRUTHS)[number]; readonly set: string; readonly figure: string },
  counted: readonly (readonly Judged[])[],
  values: readonly (readonly number[])[],
): Agreement {
  const pairs = values.map((one, i) => ({
    figure: one,
    truth: counted[i]!.map((placement) => placement.truth[truth]),
  }));
  return {
    ...{ truth, set, figure },
    mean: meanTau(pairs, Random.stream(1, "truth", set)),
    blocks: pairs.map((one, i) => ({
      block: counted[i]![0]!.block,
      placements: one.truth.length,
      ...blockTau(one, Random.stream(1, "truth", "block")),
    })),
  };
}

function weightedSum(figures: Figures, placer: string, weights: readonly number[]): number {
  const terms = ["wirelength", "density", "congestion"];
  return weights.reduce((sum, weight, i) => sum + weight * figures[`${placer} ${terms[i]}`]!, 0);
}

function contrastOf(
  { first, second, names }: Kinds,
  blocks: readonly (readonly Judged[])[],
  truth: keyof Pick<Truth, (typeof TRUTHS)[number]>,
): Contrast[] {
  const found = blocks.flatMap((block) => {
    const pairs = block
      .filter(({ source }) => first.test(source))
      .flatMap((one): [number, number][] => {
        const other = block.find(({ source }) => source === one.source.replace(first, second));
        return other ? [[one.truth[truth], other.truth[truth]]] : [];
      });
    return pairs.length > 0 ? [{ block: block[0]!.block, pairs }] : [];
  });
  if (found.length === 0) return [];
  const ratio = (pairs: readonly (readonly [number, number])[]) =>
    Math.exp(pairs.reduce((sum, [a, b]) => sum + Math.log(b / a), 0) / pairs.length);
  return [
    {
      ...{ truth, first: names[0], second: names[1] },
      pairs: found.reduce((sum, { pairs }) => sum + pairs.length, 0),
      ratio: meanRatio(
        found.map(({ pairs }) => pairs),
        Random.stream(1, "truth", "ratio"),
      ),
      blocks: found.map(({ block, pairs }) => ({ block, ratio: ratio(pairs), pairs: pairs.length })),
    },
  ];
}

/** The findings as text. */
export function reportOf({ placements, agreements, contrasts }: Findings): string {
  const lines: string[] = [
    `placements: ${Object.entries(placements)
      .map(([block, count]) => `${block} ${count}`)
      .join(", ")}`,
    ...agreementLines(agreements),
  ];
  for (const { truth, first, second, pairs, ratio, blocks } of contrasts)
    lines.push(
      "",
      `${truth}: ${second} over ${first}: ${text(ratio, 3)}, ${pairs} pairs`,
      `  ${blocks.map(({ block, ratio: of }) => `${block} ${of.toFixed(3)}`).join(", ")}`,
    );
  return `${lines.join("\n")}\n`;
}

/** A table for every truth and set. */
export function agreementLines(agreements: readonly Agreement[]): string[] {
  const lines: string[] = [];
  let head = "";
  for (const { truth, set, figure, mean, blocks } of agreements) {
    const title = `Kendall's tau with ${truth}, ${set}`;
    if (title !== head) {
      const names = blocks.map(({ block, placements: n }) => `${block.slice(0, 8)} ${n}`.padStart(12));
      lines.push("", title, ["figure".padEnd(40), "mean (95 %)".padEnd(22), ...names].join(" "));
      head = title;
    }
    const each = blocks.map((block) => block.mean.toFixed(2).padStart(12));
    lines.push([figure.padEnd(40), text(mean).padEnd(22), ...each].join(" "));
  }
  return lines;
}

function text({ mean, low, high }: Interval, digits = 2): string {
  return `${mean.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
