// KLayout as a second reader of DEF, in batch mode: the instances of a design with their boxes and orientations.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type Block,
  boxOf,
  DEFAULT_ROUTING,
  type LoadedDef,
  loadDef,
  NodeKind,
  ORIENTATION_NAMES,
  originOf,
  type Placement,
} from "../../netlist/index.js";
import { makeFolder } from "./temp-folder.js";

const KLAYOUT = process.env.KLAYOUT ?? "klayout";

/** For `test(name, { skip: withoutKlayout }, …)`: false, or why the test is left out. */
export const withoutKlayout: string | false = /^KLayout \d/.test(
  spawnSync(KLAYOUT, ["-zz", "-v"], { encoding: "utf8" }).stdout ?? "",
)
  ? false
  : "klayout is not here: DEF files are not read by another reader (apt-get install klayout)";

export interface KlayoutInstance {
  readonly name: string;
  /** Name of the LEF master. */
  readonly master: string;
  /** As in DEF: N, FN, S, FS, E, FE, W, FW. */
  readonly orientation: string;
  /** Left, bottom, right, top of the placed outline, in database units of the DEF. */
  readonly box: readonly number[];
  /** The same of the shapes of its pins, if it has any. */
  readonly pins: readonly number[] | null;
}

/**
 * Placed components of a DEF file, as KLayout reads them; gzip is allowed. `units` are the file's database units per µm,
 * since KLayout's own lengths are independent of them.
 */
export function readByKlayout(def: string, lefs: readonly string[], units: number): KlayoutInstance[] {
  const folder = makeFolder();
  const script = join(folder, "instances.py");
  const request = join(folder, "request.json");
  const answer = join(folder, "instances.json");
  writeFileSync(script, SCRIPT);
  // KLayout looks for LEF files from the folder of the DEF.
  const lef = lefs.map((path) => resolve(path));
  writeFileSync(request, JSON.stringify({ def: resolve(def), lef, units, answer }));
  const { status, stderr } = spawnSync(KLAYOUT, ["-zz", "-b", "-r", script, "-rd", `request=${request}`], {
    encoding: "utf8",
    timeout: 600_000, // ms
  });
  if (status !== 0) throw new Error(`klayout could not read ${def}: ${stderr}`);
  const rows = JSON.parse(readFileSync(answer, "utf8")) as Row[];
  return rows.map(([name, master, transformation, box, pins]) => {
    const orientation = ORIENTATIONS[transformation];
    if (orientation === undefined) throw new Error(`${name} is transformed by ${transformation}`);
    return { name, master, orientation, box, pins };
  });
}

type Row = readonly [string, string, string, readonly number[], readonly number[] | null];

/**
 * Asserts that KLayout reads the placed components of a DEF file where our reader has them: the same names, orientations and
 * boxes. Returns what both read.
 */
export async function assertSameInKlayout(
  def: string,
  lef: readonly string[],
): Promise<{ readonly loaded: LoadedDef; readonly instances: readonly KlayoutInstance[] }> {
  const loaded = await loadDef(def, { lef, defaultRouting: DEFAULT_ROUTING });
  const instances = readByKlayout(def, lef, loaded.design.units);
  const { block, design, nodes } = loaded;
  const placed = [...design.components.names.keys()].filter(
    (component) => !Number.isNaN(block.initial.xs[nodes.nodeOfComponent[component]!]!),
  );
  const names = placed.map((component) => unescaped(design.components.names[component]!));
  assert.deepEqual(instances.map(({ name }) => name).sort(), names.sort());
  const byName = new Map(instances.map((instance) => [instance.name, instance]));
  for (const component of placed) {
    const instance = byName.get(unescaped(design.components.names[component]!))!;
    assert.equal(instance.master, nodes.masters[component]!.name, instance.name);
    assertSamePlace(instance, loaded, {
      block,
      placement: block.initial,
      node: nodes.nodeOfComponent[component]!,
    });
  }
  return { loaded, instances };
}

/** Asserts that the hard macros of a placement are where KLayout has them. Returns how many there are. */
export function assertMacrosAsIn(
  instances: readonly KlayoutInstance[],
  loaded: LoadedDef,
  { block, placement }: { readonly block: Block; readonly placement: Placement },
): number {
  const byName = new Map(instances.map((instance) => [instance.name, instance]));
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const instance = byName.get(unescaped(block.nodeNames[node]!));
    assert.ok(instance, block.nodeNames[node]);
    assertSamePlace(instance, loaded, { block, placement, node });
    count++;
  }
  return count;
}

/** A name as KLayout has it: DEF's backslashes are no part of it. */
export function unescaped(name: string): string {
  return name.replaceAll(/\\(.)/g, "$1");
}

/** KLayout's boxes are whole database units; ours, of masters whose sides are not, may be half a unit off. */
const HALF_A_UNIT = 0.5 + 1e-6;

function assertSamePlace(
  { name, orientation, box }: KlayoutInstance,
  { design }: LoadedDef,
  { block, placement, node }: { readonly block: Block; readonly placement: Placement; readonly node: number },
): void {
  const origin = originOf(design);
  const { left, bottom, right, top } = boxOf(block, placement, node);
  const [x, y] = [(um: number) => um * design.units + origin.x, (um: number) => um * design.units + origin.y];
  const ours = [x(left), y(bottom), x(right), y(top)];
  const text = `${name}: ${ours} ${ORIENTATION_NAMES[placement.orientations[node]!]}, KLayout ${box} ${orientation}`;
  assert.equal(orientation, ORIENTATION_NAMES[placement.orientations[node]!], text);
  for (const [side, value] of ours.entries()) assert.ok(Math.abs(value - box[side]!) <= HALF_A_UNIT, text);
}

/** KLayout's transformations: turned counterclockwise, or mirrored at a line of this angle. */
const ORIENTATIONS: Readonly<Record<string, string>> = {
  r0: "N",
  r90: "W",
  r180: "S",
  r270: "E",
  m0: "FS",
  m45: "FW",
  m90: "FN",
  m135: "FE",
};

// Property 1 of an instance is its name. OUTLINE holds the box of LEF's SIZE; mode 1 takes geometry from LEF for masters with
// FOREIGN, too.
const SCRIPT = `
import json
import pya

with open(request) as file:
    asked = json.load(file)
options = pya.LoadLayoutOptions()
config = options.lefdef_config
config.lef_files = asked["lef"]
config.read_lef_with_def = False
config.macro_resolution_mode = 1
config.dbu = 1.0 / asked["units"]
layout = pya.Layout()
layout.read(asked["def"], options)
layers = [(i, layout.get_info(i).name) for i in layout.layer_indexes()]
outline = next(i for i, name in layers if name == "OUTLINE")
pin_layers = [i for i, name in layers if name.endswith(".PIN")]


def sides(box, instance):
    box = box.transformed(instance.trans)
    return [box.left, box.bottom, box.right, box.top]


found = []
for top in layout.top_cells():
    for instance in top.each_inst():
        name = instance.property(1)
        if name is None:
            continue
        cell = instance.cell
        pins = pya.Box()
        for layer in pin_layers:
            pins += cell.bbox_per_layer(layer)
        found.append(
            [
                name,
                cell.name,
                str(instance.trans).split(" ")[0],
                sides(cell.bbox_per_layer(outline), instance),
                None if pins.empty() else sides(pins, instance),
            ]
        )
with open(asked["answer"], "w") as file:
    json.dump(found, file)
`;
