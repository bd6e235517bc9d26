// Real LEF and DEF files: counts equal their manifest, what is written back is what was read.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { createGunzip } from "node:zlib";
import {
  copyPlacement,
  DEFAULT_ROUTING,
  defPlacesOf,
  describeDef,
  type LoadedDef,
  loadDef,
  readLef,
  writeDef,
} from "../../netlist/index.js";
import { SHARED, withoutShared } from "../support/shared-data.js";
import { makeFolder } from "../support/temp-folder.js";

const BENCHMARKS = join(SHARED, "benchmarks");

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly files: readonly { readonly path: string }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly canvas?: { readonly width: number; readonly height: number };
  readonly lef?: string;
  readonly lef_files?: readonly string[];
}

const cases: readonly Case[] = existsSync(BENCHMARKS)
  ? (JSON.parse(readFileSync(join(BENCHMARKS, "manifest.json"), "utf8")) as { cases: Case[] }).cases
  : [];

/** Libraries of TILOS' floorplans, by the end of the case's name. */
const TILOS_LEF: readonly [string, string][] = [
  ["_ng45", "lef/ng45"],
  ["_asap7", "lef/asap7"],
  ["_sky130hd", "lef/sky130hd"],
];

function lefOf({ suite, name, lef, lef_files: names }: Case): string[] | undefined {
  const folder = suite === "tilos" ? TILOS_LEF.find(([end]) => name.endsWith(end))![1] : lef;
  if (folder === undefined || !folder.startsWith("lef/")) return undefined; // beside the design
  return names ? names.map((file) => join(BENCHMARKS, folder, file)) : [join(BENCHMARKS, folder)];
}

const load = (path: string, one: Case) =>
  loadDef(join(BENCHMARKS, path), { lef: lefOf(one), defaultRouting: DEFAULT_ROUTING });

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  const bytes = createReadStream(path);
  for await (const chunk of path.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes) hash.update(chunk);
  return hash.digest("hex");
}

for (const one of cases.filter(({ suite }) => suite === "lef"))
  test(`lef/${one.name} reads, with the masters of its manifest`, { skip: withoutShared }, async () => {
    const folder = join(BENCHMARKS, "lef", one.name);
    const library = await readLef(readdirSync(folder).map((name) => join(folder, name)));
    const blocks = [...library.masters.values()].filter(({ masterClass }) => masterClass === "BLOCK").length;
    if (one.counts.masters !== undefined) assert.equal(library.masters.size, one.counts.masters);
    if (one.counts.block_masters !== undefined) assert.equal(blocks, one.counts.block_masters);
    assert.equal(library.layers.length, 10);
    assert.ok(library.sites.size > 0);
  });

const designs = cases.flatMap((one) =>
  one.files.filter(({ path }) => /\.def\.gz$/.test(path)).map(({ path }) => ({ one, path })),
);

test("there are designs to read", { skip: withoutShared }, () => {
  assert.ok(designs.length >= 24, `${designs.length}`);
});

for (const { one, path } of designs)
  test(`${path} reads, and is written back byte for byte`, { skip: withoutShared }, async () => {
    const loaded = await load(path, one);
    // A case's counts are those of its complete design.
    if (basename(path) === "design.def.gz" || one.suite === "floorplan_def") checkCounts(loaded, one);
    await checkWriteBack(loaded, path);
  });

function checkCounts(loaded: LoadedDef, { counts, canvas, suite }: Case): void {
  const { components, pins, nets } = describeDef(loaded);
  assert.equal(components.count, counts.components);
  assert.equal(components.macros, counts.macros ?? 0);
  assert.equal(components.count - components.macros, counts.cells ?? 0);
  assert.equal(pins.count, counts.ports);
  assert.equal(nets.count, counts.nets);
  if (suite !== "floorplan_def") {
    assert.equal(components.macrosPlaced, counts.macros_placed ?? 0);
    assert.equal(components.macrosFixed, counts.macros_fixed ?? 0);
    assert.equal(components.cellsPlaced, counts.cells_placed ?? 0);
    assert.equal(components.cellsFixed, counts.cells_fixed ?? 0);
    assert.equal(nets.connections, counts.net_pins ?? 0);
  }
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a}, ${b} was expected`);
  near(loaded.block.canvas.width, canvas!.width);
  near(loaded.block.canvas.height, canvas!.height);
}

async function checkWriteBack(loaded: LoadedDef, path: string): Promise<void> {
  const { block, design, nodes } = loaded;
  const out = join(makeFolder(), "out.def");
  assert.equal(await writeDef(out, loaded, defPlacesOf(loaded, block.initial)), 0);
  const source = join(BENCHMARKS, path);
  assert.equal(await digest(out), await digest(source));
  if (design.components.count > 20_000 || design.components.count === 0) return; // the long way with the small ones
  // Every macro elsewhere and in another orientation: lines without one stay, places come back to the unit.
  const moved = copyPlacement(block.initial);
  block.kinds.forEach((kind, node) => {
    if (kind !== 0) return;
    moved.xs[node] = 10 + node / 8;
    moved.ys[node] = 20 + node / 4;
    moved.orientations[node] = (moved.orientations[node]! + 1) % 4;
  });
  const places = defPlacesOf(loaded, moved);
  await writeDef(out, loaded, places);
  const again = await loadDef(out, {
    lef: loaded.library ? lefPathsOf(path) : undefined,
    defaultRouting: DEFAULT_ROUTING,
  });
  assert.deepEqual(defPlacesOf(again, again.block.initial), places);
  const names = new Set([...places.keys()].map((component) => design.components.names[component]!));
  const unpacked = (await lines(source)).filter((line) => !holdsOne(line, names));
  const rewritten = (await lines(out)).filter((line) => !holdsOne(line, names));
  assert.deepEqual(rewritten, unpacked);
  assert.equal(nodes.masters.length, again.nodes.masters.length);
}

function lefPathsOf(path: string): string[] {
  const { one } = designs.find((design) => design.path === path)!;
  return lefOf(one) ?? [join(BENCHMARKS, dirname(path))];
}

/** Whether a line begins a component of these names. */
function holdsOne(line: string, names: ReadonlySet<string>): boolean {
  const [dash, name] = line.trim().split(/\s+/);
  return dash === "-" && names.has(name!);
}

async function lines(path: string): Promise<string[]> {
  const chunks: Buffer[] = [];
  const bytes = createReadStream(path);
  for await (const chunk of path.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes)
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8").split("\n");
}
