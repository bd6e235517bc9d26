// What each command prints with --json, as schemas: names, units and meanings. `schemas/` holds them as JSON Schema, written
// by `npm run docs:schemas`; tests validate real outputs.
import { z } from "zod";

const count = z.number().int().min(0);
const um = (what: string) => z.number().describe(`${what}, µm`);
const text = z.array(z.string());
const cost = (what: string) => z.number().describe(`${what}, without a unit`);
const share = z.number().describe("share, 0 to 1");
const seconds = z
  .number()
  .describe("wall-clock time of the whole command; of all processes of a run that was resumed, s");
const interrupted = z.literal(true).optional().describe("stopped by the user before the budget was spent");

const costs = {
  wirelength: um("half-perimeter wirelength, weighted by the nets' weights"),
  wirelength_cost: cost("wirelength over canvas width + height and the sum of weights"),
  density_cost: cost("half the mean density of the densest tenth of the grid cells"),
  congestion_cost: cost("mean congestion of the most congested twentieth of the routing edges"),
  proxy_cost: cost("weighted sum of the three costs, by default 1, 0.5 and 0.5"),
  extra_costs: z
    .record(z.string(), z.number())
    .optional()
    .describe("cost terms of the user's own, unweighted"),
};
const score = {
  ...costs,
  overlaps: count.describe("pairs of hard macros that overlap"),
  violations: count.optional().describe("constraints of a design that its hard macros violate"),
  legal: z.boolean(),
};
const violations = z
  .array(
    z.strictObject({
      kind: z.string(),
      macro: z.string(),
      other: z.string().optional().describe("the macro that it is in the way of"),
      by_um: z.number().optional().describe("by how much, µm"),
      message: z.string(),
    }),
  )
  .describe("why the placement is not legal, one by one");
const nudged = z.strictObject({
  nudges: count,
  protocol: z.string().describe("whose cell placer placed their soft macros: fd or es"),
  mean: cost("mean proxy of the nudged copies"),
  deviation: cost("standard deviation of one copy's proxy"),
  min: z.number(),
  max: z.number(),
});
const meanRange = z.strictObject({ mean: z.number(), min: z.number(), max: z.number() });
const flat = z
  .strictObject(costs)
  .optional()
  .describe(
    "the same costs of the block as its own files have the result (best.def, best.pl, convert): with single cells; " +
      "cells without a place in the file are in the middle of their soft macros",
  );
const partialScore = z.strictObject(score).partial().shape;

const block = { block: z.string().describe("name of the block") };
const search = {
  seed: count,
  iterations: count.describe(
    "as the method counts them: sweeps of each replica, attempts, or updates of a policy",
  ),
  episodes: count,
  seconds,
};
const out = { out: z.string().describe("folder or file that was written") };

const verifiedFigures = {
  legal: z.boolean().describe("cells are in rows, without overlaps"),
  flat_wirelength: um("half-perimeter wirelength of all nets with cells in rows, weighted"),
  routed_wirelength: um("length of all routes"),
  overflow: count.describe("wires above the capacity of an edge of the routing grid, summed"),
  pattern_overflow: count.describe("the same before nets were routed anew"),
  ace_5: z.number().describe("mean usage of the most congested 5 % of the edges; 1 is full"),
};

const place = z.strictObject({
  ...score,
  flat,
  ...block,
  method: z.string(),
  protocol: z.string(),
  cell_placer: z.string().optional(),
  cells: count.optional().describe("standard cells that --cells has placed"),
  flat_wirelength: um(
    "with --cells: half-perimeter wirelength of all nets of the flat netlist, weighted",
  ).optional(),
  cells_overlaps: count.optional().describe("pairs of a cell and another cell or a macro that overlap"),
  cells_off_rows: count.optional().describe("cells off the sites of the rows"),
  cells_outside_regions: count
    .optional()
    .describe("cells that lie partly outside their regions, or in a fence of others"),
  cells_legal: z.boolean().optional(),
  cells_iterations: count.optional().describe("of their global placement"),
  cells_overflow: share
    .optional()
    .describe("of the cells' area, above the target density after global placement"),
  cells_seconds: z.number().optional().describe("of this process, for the cells, s"),
  workers: count,
  ...search,
  ...out,
  interrupted,
  top: z
    .array(
      z.strictObject({
        ...score,
        file: z.string().describe("in the run's folder"),
        displacement: um("mean distance of its hard macros from those of the best result"),
      }),
    )
    .optional()
    .describe("with --top: different results, the best first"),
  verified: z
    .array(
      z.strictObject({
        proxy_cost: costs.proxy_cost,
        ...verifiedFigures,
        chosen: z.boolean().describe("the result of the run"),
      }),
    )
    .optional()
    .describe("with --objective verified: the results that were verified, in the order of their cost"),
});

const quantiles = {
  minimum: z.number(),
  median: z.number(),
  p90: z.number(),
  p99: z.number(),
  maximum: z.number(),
  mean: z.number(),
};
const spread = z.strictObject(quantiles);
const area = z.number().describe("µm²");
const tracks = z.number().describe("tracks per µm");

const info = z.strictObject({
  name: z.string(),
  counts: z.strictObject({
    hard_macros: count,
    soft_macros: count,
    standard_cells: count,
    ports: count,
    pins: count,
    nets: count,
  }),
  canvas: z.strictObject({ width: um("width"), height: um("height") }),
  grid: z.strictObject({
    columns: count,
    rows: count,
    cell_width: um("width of a cell"),
    cell_height: um("height of a cell"),
  }),
  routing: z.strictObject({
    horizontal: tracks,
    vertical: tracks,
    horizontal_used_by_macros: tracks,
    vertical_used_by_macros: tracks,
  }),
  smoothing: count.describe("range of the congestion smoothing, grid cells"),
  overlap_threshold: z.number(),
  blockages: z.array(
    z.strictObject({
      left: um("left"),
      bottom: um("bottom"),
      right: um("right"),
      top: um("top"),
      rate: share,
    }),
  ),
  area: z.strictObject({ hard: area, soft: area, cells: area, hard_share: share }),
  soft_macro_areas: spread.describe("µm²"),
  utilisation: z.strictObject({ hard: share, total: share }).describe("of the canvas"),
  places: z.strictObject({ placed: count, unplaced: count, fixed: count }).describe("macros and cells"),
  fanout: z.strictObject({
    ...quantiles,
    histogram: z.array(z.strictObject({ from: count, to: count, nets: count })),
  }),
  net_weights: spread,
  pins_per_hard_macro: spread,
  pins_per_soft_macro: spread,
  wires: z.strictObject({
    total: z.number().describe("sum of net weights"),
    of_hard_macros: share,
    between_hard_macros: share,
    of_ports: share,
    of_soft_macros_only: share,
  }),
  macro_sizes: z.array(z.strictObject({ width: um("width"), height: um("height"), count })),
  notes: text,
  graph: z
    .strictObject({
      nodes: count,
      port_clusters: count,
      edges: count,
      components: count,
      largest_component: count,
      degree: spread,
      edge_weights: spread,
    })
    .optional(),
  rent: z.looseObject({ levels: z.array(z.looseObject({})) }).optional(),
  legality: z.strictObject({
    overlaps: count,
    outside: count,
    blocked: count,
    unplaced: count,
    legal: z.boolean(),
  }),
  violations,
  bookshelf: z
    .looseObject({ files: text, unread: text, nodes: count, rows: count, row_height: z.number() })
    .optional()
    .describe("what was read of a Bookshelf set; lengths in its units"),
  design: z
    .looseObject({
      units_per_micron: z.number(),
      components: z.strictObject({
        count,
        macros: count,
        macros_placed: count,
        macros_fixed: count,
        cells_placed: count,
        cells_fixed: count,
      }),
      ignored: z.record(z.string(), count).describe("statements that were skipped"),
      notes: text,
      guides: text,
    })
    .optional()
    .describe("what was read of a DEF design"),
});

const taus = z.record(z.string(), z.number()).describe("Kendall's tau by cost");
const blockScore = z.strictObject({
  ...block,
  samples: count,
  model: taus,
  linear_lengths: taus,
  linear_all: taus,
});
const evaluation = z.strictObject({ mean: cost("mean proxy"), best: cost("best proxy") });
const range = z.strictObject({ median: z.number(), min: z.number(), max: z.number() });
const generated = z.strictObject({
  ...block,
  ...out,
  nodes: count,
  nets: count,
  utilisation: share,
});

/** By command; `generate-set` is `generate --set`, `reward-model` `pretrain --reward-model`, `queue-retry` and `queue-clean` the actions of `queue`. */
export const OUTPUT_SCHEMAS: Readonly<Record<string, z.ZodObject>> = {
  info,
  eval: z.strictObject({
    ...score,
    nudged: nudged.optional().describe("with --nudges: copies in which a hard macro is nudged"),
    left_out_costs: text.optional().describe("cost terms of the run that were not given"),
    violations,
  }),
  place,
  demo: place,
  train: z.strictObject({
    ...partialScore,
    flat,
    ...block,
    protocol: z.string(),
    ...search,
    checkpoint: z.string().optional(),
    ...out,
    interrupted,
  }),
  pretrain: z.strictObject({
    blocks: z.array(
      z.strictObject({
        ...block,
        first: cost("mean proxy of the first iteration").optional(),
        best: cost("best proxy").optional(),
      }),
    ),
    held_out: z.array(z.strictObject({ ...block, before: evaluation, after: evaluation })),
    protocol: z.string(),
    ...search,
    policy: z.string(),
    ...out,
    interrupted,
  }),
  "reward-model": z.looseObject({
    blocks: z.array(blockScore),
    held_out: z.array(blockScore),
    placements: count,
    epochs: count,
    parameters: count,
    seed: count,
    model: z.string(),
    policy: z.string(),
    ...out,
    interrupted,
  }),
  compare: z.strictObject({
    ashlar: z.string().describe("version"),
    protocol: z.string(),
    budget: z.string().describe("of each run: wall-clock time, or iterations where only these end it"),
    iterations: count.optional().describe("of each run at most, if they were limited"),
    workers: count,
    seeds: z.array(count),
    methods: text,
    blocks: text,
    rows: z.array(
      z.strictObject({
        ...block,
        method: z.string(),
        protocol: z.string(),
        runs: z.array(
          z.strictObject({
            seed: count,
            ...out,
            seconds,
            iterations: count.optional(),
            score: z.strictObject(score).optional(),
            nudged: nudged.optional().describe("with --nudges: nudged copies of the best placement"),
            curve: z.strictObject({ seconds: z.array(z.number()), costs: z.array(z.number()) }),
            reason: z.string().optional().describe("why there is no score"),
            verified: z
              .strictObject({
                ...verifiedFigures,
                macro_overlaps: count.describe("pairs of hard macros that overlap"),
                seconds: seconds.describe("of verification, which is not in the run's"),
              })
              .optional()
              .describe("with --verify: figures of the best placement"),
            unverified: z.string().optional().describe("why it could not be verified"),
          }),
        ),
        costs: z.record(z.string(), range).optional(),
        seconds: range.optional(),
        nudged: meanRange.optional().describe("with --nudges: over the runs' means"),
        verified: z
          .record(z.string(), meanRange)
          .optional()
          .describe("with --verify: over the verified runs"),
        legal: count,
        reasons: text,
      }),
    ),
    published: z.array(z.looseObject({ proxy_cost: z.number() })),
    ...out,
    interrupted,
  }),
  worker: z.strictObject({
    done: count.describe("jobs"),
    failed: count,
    seconds,
  }),
  queue: z.strictObject({
    server: z.string(),
    version: z.string().describe("of this program; only jobs of the same are counted"),
    memory: z
      .strictObject({ used: count, limit: count.optional().describe("absent if there is none") })
      .describe("of the server, bytes"),
    jobs: z.strictObject({
      waiting: count,
      active: count,
      failed: count.describe("given up by the queue itself"),
      done: count.describe("by the workers that are there"),
    }),
    runs: z.array(z.strictObject({ name: z.string(), version: z.string() })),
    workers: z.array(
      z.strictObject({
        name: z.string(),
        version: z.string(),
        threads: count,
        running: count.describe("jobs"),
        done: count.describe("jobs"),
        per_second: z.number().describe("jobs, over the last minute"),
        now: text.describe("what it computes"),
      }),
    ),
    failures: z
      .array(
        z.strictObject({
          run: z.string(),
          job: z.string(),
          kind: z.string(),
          worker: z.string(),
          reason: z.string(),
        }),
      )
      .describe("the last 100 failed attempts, newest first"),
  }),
  "queue-retry": z.strictObject({ retried: count.describe("jobs") }),
  "queue-clean": z.strictObject({ jobs: count, parcels: count }),
  convert: z.strictObject({
    ...block,
    ...out,
    files: text,
    nodes: count,
    nets: count,
    placed: count.describe("nodes that have a place in the files"),
    centred_pins: count.optional(),
    redriven_nets: count.optional(),
  }),
  generate: generated,
  "generate-set": z.strictObject({
    set: z.string(),
    ...out,
    training_blocks: count,
    held_out_blocks: count,
    training: z.array(generated),
    held_out: z.array(generated),
    interrupted,
  }),
  cells: z.strictObject({
    ...block,
    cells: count,
    flat_wirelength: um("half-perimeter wirelength of all nets, weighted"),
    global_wirelength: um("the same before the cells were put into rows"),
    legal_wirelength: um("the same when they were in rows, before detailed placement"),
    overlaps: count,
    off_rows: count.describe("cells off the sites of the rows"),
    outside_regions: count.describe("cells that lie partly outside their regions, or in a fence of others"),
    legal: z
      .boolean()
      .describe("every cell is in a row and in its regions, and none overlaps another or a macro"),
    macro_overlaps: count.describe("pairs of hard macros that overlap"),
    iterations: count,
    overflow: share,
    seconds,
    ...out,
    interrupted,
  }),
  verify: z.strictObject({
    ...block,
    cells: count.describe("standard cells that may move"),
    legal: z
      .boolean()
      .describe("every cell is in a row and in its regions, and none overlaps another or a macro"),
    macro_overlaps: count.describe("pairs of hard macros that overlap"),
    flat_wirelength: um("half-perimeter wirelength of all nets, weighted"),
    tree_wirelength: um("length of Steiner trees of all nets"),
    routed_wirelength: um("length of the wires: trees and detours"),
    vias: count,
    overflow: z.number().describe("wires above capacity, summed over the edges of the routing grid"),
    overflowing_edges: count,
    pattern_overflow: z.number().describe("overflow before nets were routed anew"),
    ...Object.fromEntries(
      [0.5, 1, 2, 5, 10].map((part) => [
        `ace_${part}`,
        z.number().describe(`mean of wires over capacity in the worst ${part} % of the edges`),
      ]),
    ),
    layers: z.array(
      z.strictObject({
        name: z.string(),
        direction: z.enum(["horizontal", "vertical"]),
        overflow: z.number().describe("wires above capacity"),
        usage: z.number().describe("wires over capacity, of all edges together"),
      }),
    ),
    grid: z.strictObject({
      columns: count,
      rows: count,
      cell_width: um("width of a cell"),
      cell_height: um("height of a cell"),
    }),
    tracks: z.string().describe("where layers and tracks come from"),
    rounds: count.describe("of rip-up and re-route"),
    channels: z.strictObject({
      narrow_below: um("width below which a channel counts as narrow"),
      narrowest: um("width of the narrowest channel between two macros").nullable(),
      narrow: count,
      abutted: count.describe("pairs of macros that touch"),
    }),
    notches: z.strictObject({ count, area: area.describe("of all notches, µm²") }),
    macro_pins: z.strictObject({
      count: count.describe("pins of hard macros on nets"),
      facing_walls: count.describe("of these, nearer than a narrow channel to a macro or to the edge"),
    }),
    data_flow: z.union([
      z.strictObject({
        registers: count,
        pairs: count.describe("pairs of macros between which data flows"),
        weight: z.number().describe("sum of 2 to the power of -registers between the two"),
        distance: um("weighted mean distance of the two"),
      }),
      z.strictObject({ reason: z.string().describe("why there is no figure") }),
    ]),
    not_measured: z.string(),
    routing_seconds: z.number().describe("of seconds, for routing"),
    seconds,
    out: out.out.optional(),
  }),
};

/** A schema as the text of its file. */
export function schemaText(command: string): string {
  const schema = z.toJSONSchema(OUTPUT_SCHEMAS[command]!, { io: "output" });
  return `${JSON.stringify({ title: `ashlar ${command} --json`, ...schema }, undefined, 2)}\n`;
}
