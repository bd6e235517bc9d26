// The judge by hand, against its plain twin, and against golden single nets and macros.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../env/index.js";
import { Kernels } from "../../../kernels/index.js";
import { type Block, generateBlock, NodeKind, type Placement, Random } from "../../../netlist/index.js";
import { readGolden, withoutShared } from "../../support/shared-data.js";
import { tinyBlock } from "../../support/tiny-blocks.js";
import { twinCosts } from "../../twins/judge-twin.js";

const { HardMacro, SoftMacro, Port } = NodeKind;

function judged(block: Block) {
  const judge = new Judge(Kernels.create(), block);
  return { costs: judge.evaluate(block.initial), maps: judge.maps() };
}

function assertClose(found: number, expected: number, what: string): void {
  assert.ok(
    Math.abs(found - expected) <= 1e-11 * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, not ${expected}`,
  );
}

test("wirelength is the weighted half-perimeter over canvas and weights", () => {
  // Net 1: (0.5, 0.5) to (3.5, 1.5) and (1.5, 2.5): 3 + 2 = 5, weight 2. Net 2: (3.5, 1.5) to (1.5, 2.5): 2 + 1 = 3.
  const port = (x: number, y: number) => ({ kind: Port, x, y });
  const block = tinyBlock(
    [port(0.5, 0.5), port(3.5, 1.5), port(1.5, 2.5)],
    [{ nodes: [0, 1, 2], weight: 2 }, { nodes: [1, 2] }],
    { columns: 4, rows: 3 },
  );
  const { costs } = judged(block);
  assertClose(costs.wirelength, 2 * 5 + 3, "wirelength");
  assertClose(costs.wirelengthCost, 13 / ((4 + 3) * 3), "cost");
});

test("density is half the mean of the densest tenth of the cells, 1 at least", () => {
  // 4 x 3 cells, so the single densest counts. The macro of 1.5 x 1 at (1, 0.5) covers 0.75 of two cells each; the
  // soft one of 0.5 x 0.5 at (0.5, 0.5) adds 0.25 to the first.
  const block = tinyBlock(
    [
      { kind: HardMacro, x: 1, y: 0.5, width: 1.5, height: 1 },
      { kind: SoftMacro, x: 0.5, y: 0.5, width: 0.5, height: 0.5 },
    ],
    [],
    { columns: 4, rows: 3 },
  );
  const { costs, maps } = judged(block);
  assertClose(maps.density[0]!, 0.75 + 0.25, "first cell");
  assertClose(maps.density[1]!, 0.75, "second cell");
  assertClose(costs.densityCost, 0.5 * 1, "cost");
  assertClose(costs.wirelengthCost, 0, "no nets");
});

interface UnitCases {
  readonly routing: {
    readonly columns: number;
    readonly rows: number;
    readonly list: readonly [readonly [number, number][], number, [number, number][], [number, number][]][];
  };
  readonly blockage: {
    readonly columns: number;
    readonly rows: number;
    readonly cell_width: number;
    readonly cell_height: number;
    readonly list: readonly [
      readonly [number, number, number, number],
      [number, number][],
      [number, number][],
      string,
    ][];
  };
}

test("300 single nets load the cells that they should", { skip: withoutShared }, () => {
  const { columns, rows, list } = readGolden<UnitCases>("unit-cases.json").routing;
  assert.equal(list.length, 300);
  for (const [cells, weight, horizontal, vertical] of list) {
    const nodes = cells.map(([row, column]) => ({ kind: Port, x: column + 0.5, y: row + 0.5 }));
    const block = tinyBlock(nodes, [{ nodes: nodes.map((_, i) => i), weight }], { columns, rows });
    const { maps } = judged(block);
    assertMap(maps.horizontal, horizontal, `${JSON.stringify(cells)} horizontal`);
    assertMap(maps.vertical, vertical, `${JSON.stringify(cells)} vertical`);
  }
});

test("53 single macros block the tracks that they should", { skip: withoutShared }, () => {
  const { columns, rows, cell_width, cell_height, list } = readGolden<UnitCases>("unit-cases.json").blockage;
  assert.equal(list.length, 53);
  for (const [[x, y, width, height], horizontal, vertical, what] of list) {
    const block = tinyBlock([{ kind: HardMacro, x, y, width, height }], [], {
      columns,
      rows,
      cellWidth: cell_width,
      cellHeight: cell_height,
      routing: {
        horizontal: 1 / cell_height,
        vertical: 1 / cell_width,
        horizontalUsedByMacros: 1,
        verticalUsedByMacros: 1,
      },
    });
    const { maps } = judged(block);
    assertMap(maps.horizontal, horizontal, `${what} horizontal`);
    assertMap(maps.vertical, vertical, `${what} vertical`);
  }
});

function assertMap(map: Float64Array, expected: readonly [number, number][], what: string): void {
  const wanted = new Map(expected);
  map.forEach((value, cell) => {
    assertClose(value, wanted.get(cell) ?? 0, `${what}, cell ${cell}`);
  });
}

/** Nodes anywhere, some outside, in any orientation. */
function scatter(block: Block, random: Random): Placement {
  const place = (side: number) =>
    Float64Array.from({ length: block.nodeCount }, () => (random.uniform() * 1.1 - 0.05) * side);
  return {
    xs: place(block.canvas.width),
    ys: place(block.canvas.height),
    orientations: Uint8Array.from({ length: block.nodeCount }, (_, node) =>
      block.kinds[node] === HardMacro ? random.below(8) : 0,
    ),
  };
}

test("kernel and plain twin agree on scattered placements of generated blocks", () => {
  for (const smoothing of [0, 1, 3])
    for (const outside of ["skip", "clamp"] as const) {
      const made = generateBlock({ seed: smoothing + 1, macros: 12, softMacros: 40, ports: 60, smoothing });
      const judge = new Judge(Kernels.create(), made, { outside });
      const random = Random.stream(3, "scatter", smoothing);
      for (let i = 0; i < 5; i++) {
        const placement = scatter(made, random);
        const costs = judge.evaluate(placement);
        const twin = twinCosts(made, placement, outside);
        for (const key of Object.keys(twin) as (keyof typeof twin)[])
          assert.ok(
            Math.abs(costs[key] / twin[key] - 1) < 1e-9,
            `${key} ${costs[key]} and ${twin[key]}, smoothing ${smoothing}, ${outside}`,
          );
      }
    }
});

test("the proxy is the weighted sum, with the weights that one gives", () => {
  const block = generateBlock({ seed: 4, macros: 6 });
  const placement = scatter(block, Random.stream(1, "weights"));
  const judge = new Judge(Kernels.create(), block, { weights: { wirelength: 2, density: 3, congestion: 4 } });
  const costs = judge.evaluate(placement);
  assertClose(
    costs.proxyCost,
    2 * costs.wirelengthCost + 3 * costs.densityCost + 4 * costs.congestionCost,
    "proxy",
  );
});
