import assert from "node:assert/strict";
import { test } from "node:test";
import { generateBlock } from "../../../netlist/generator/generate.js";
import { copyPlacement, NodeKind } from "../../../netlist/index.js";
import { Orientation } from "../../../netlist/orientation.js";
import { renderSvg, type Scene } from "../../../viz/svg.js";
import { boxOf, elementsOf, readXml, textsOf, tinyScene } from "./tiny-scene.js";

// The die of 200 × 100 µm is drawn 760 pixels wide: 3.8 pixels per µm.
const SCALE = 3.8;

function generatedScene(more: Partial<Scene> = {}): Scene {
  const block = generateBlock({ seed: 2, macros: 9 });
  const placement = copyPlacement(block.initial);
  const { width, height } = block.canvas;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] === NodeKind.Port) continue;
    placement.xs[node] = (((node * 37) % 100) / 100) * width;
    placement.ys[node] = (((node * 53) % 100) / 100) * height;
    placement.orientations[node] = node % 8;
  }
  const cells = block.grid.columns * block.grid.rows;
  const map = (shift: number) =>
    Float64Array.from({ length: cells }, (_, cell) => ((cell + shift) % 30) / 20);
  return {
    block,
    placement,
    title: "generated",
    subtitle: ["method random   seed 2", ""],
    maps: { density: map(0), horizontal: map(7), vertical: map(13) },
    costs: { proxyCost: 1.5, wirelengthCost: 0.5, densityCost: 1.25, congestionCost: 0.75 },
    curve: [{ label: "mean", xs: [1, 2, 3], ys: [3, 2, 1.5] }],
    ...more,
  };
}

test("the picture is well-formed XML without a value that is not a number, in every theme", () => {
  for (const theme of ["light", "dark", "auto"] as const) {
    const svg = renderSvg(generatedScene({ theme }));
    assert.equal(readXml(svg).name, "svg");
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  }
});

test("the same scene gives the same bytes", () => {
  assert.equal(renderSvg(generatedScene()), renderSvg(generatedScene()));
});

test("every placed hard macro is drawn at its place, y upward", () => {
  const scene = tinyScene([
    { name: "low", width: 40, height: 20, x: 30, y: 10 },
    { name: "high", width: 10, height: 10, x: 195, y: 95 },
  ]);
  const boxes = elementsOf(readXml(renderSvg(scene)), "rect", "hard")
    .slice(0, 2)
    .map(boxOf);
  // `low` spans 10..50 × 0..20: its upper edge is 80 µm below the die's. `high` fills the upper right corner.
  assert.deepEqual(boxes, [
    [10 * SCALE, 80 * SCALE, 40 * SCALE, 20 * SCALE],
    [190 * SCALE, 0, 10 * SCALE, 10 * SCALE],
  ]);
});

test("hard macros of a generated block are all there, each with its name, size, place and orientation", () => {
  const scene = generatedScene();
  const titles = elementsOf(readXml(renderSvg(scene)), "title").map(({ text }) => text);
  for (let node = 0; node < scene.block.nodeCount; node++) {
    if (scene.block.kinds[node] !== NodeKind.HardMacro) continue;
    const title = titles.find((text) => text.startsWith(`${scene.block.nodeNames[node]}\n`));
    assert.match(title ?? "", /µm\ncentre .* µm\norientation [NSFEW]+/);
  }
});

test("a sideways orientation swaps width and height", () => {
  const node = { name: "m", width: 40, height: 20, x: 100, y: 50, orientation: Orientation.W };
  const [box] = elementsOf(readXml(renderSvg(tinyScene([node]))), "rect", "hard").map(boxOf);
  assert.deepEqual(box, [90 * SCALE, 30 * SCALE, 20 * SCALE, 40 * SCALE]);
});

test("the mark is in the corner to which the lower left corner of N has gone", () => {
  const start = (orientation: number) => {
    const scene = tinyScene([{ name: "m", width: 100, height: 50, x: 100, y: 50, orientation }]);
    return elementsOf(readXml(renderSvg(scene)), "path", "mark")[0]!
      .attributes.get("d")!
      .match(/^M(\S+) (\d+)h/)!;
  };
  // Spans 50..150 × 25..75 µm upright: x 190..570 px, y 95..285 px from above.
  assert.deepEqual(start(Orientation.N).slice(1), ["190", "285"]);
  assert.deepEqual(start(Orientation.FN).slice(1), ["570", "285"]);
  assert.deepEqual(start(Orientation.S).slice(1), ["570", "95"]);
  assert.deepEqual(start(Orientation.FS).slice(1), ["190", "95"]);
  // E turns clockwise: the lower left corner goes to the upper left of 75..125 × 0..100.
  assert.deepEqual(start(Orientation.E).slice(1), ["285", "0"]);
  assert.deepEqual(start(Orientation.W).slice(1), ["475", "380"]);
});

test("names are escaped, and what XML cannot hold is replaced", () => {
  const name = `a<b>&"c'/d<&"\u0001\ud800`;
  const svg = renderSvg(
    tinyScene([{ name, width: 90, height: 90, x: 50, y: 50 }], { title: name, subtitle: [name] }),
  );
  const root = readXml(svg);
  const shown = name.replace("\u0001\ud800", "\ufffd\ufffd");
  assert.ok(elementsOf(root, "title").some(({ text }) => text.startsWith(`${shown}\n`)));
  assert.ok(textsOf(root).includes(shown));
});

test("nodes without a place are left out and counted", () => {
  const root = readXml(
    renderSvg(
      tinyScene([
        { name: "there", width: 10, height: 10, x: 50, y: 50 },
        { name: "nowhere", width: 10, height: 10 },
        { name: "half", kind: NodeKind.SoftMacro, width: 10, height: 10, x: 3 },
      ]),
    ),
  );
  assert.ok(textsOf(root).includes("2 of 3 nodes are not placed and not drawn"));
  assert.ok(textsOf(root).includes("1 hard macro"));
  assert.ok(!elementsOf(root, "title").some(({ text }) => /nowhere|half/.test(text)));
});

test("hard macros that reach outside the die are counted", () => {
  const inside = { name: "a", width: 10, height: 10, x: 5, y: 5 };
  const texts = (x: number) => textsOf(readXml(renderSvg(tinyScene([{ ...inside, x }])))).join("\n");
  assert.doesNotMatch(texts(5), /outside/);
  assert.match(texts(4), /1 hard macro reaches outside the die/);
});

test("fixed macros, soft macros, ports and blockages look different and stand in the key", () => {
  const scene = tinyScene([
    { name: "f", width: 20, height: 20, x: 20, y: 20, fixed: true },
    { name: "s", kind: NodeKind.SoftMacro, width: 20, height: 20, x: 60, y: 60 },
    { name: "p", kind: NodeKind.Port, x: 0, y: 50, fixed: true },
  ]);
  const blockages = [{ left: 100, bottom: 0, right: 120, top: 100, rate: 1 }];
  const root = readXml(renderSvg({ ...scene, block: { ...scene.block, blockages } }));
  assert.equal(elementsOf(root, "rect", "fixed").length, 2);
  assert.equal(elementsOf(root, "rect", "soft").length, 2);
  // The port is on the left edge, half way up: a tick to the left.
  assert.equal(elementsOf(root, "path", "port")[0]!.attributes.get("d"), "M0 190h-7");
  for (const entry of ["1 fixed macro", "1 soft macro", "1 port", "1 blockage"])
    assert.ok(textsOf(root).includes(entry), entry);
});

test("a block without macros, and one without any node, can be drawn", () => {
  const port = { name: "p", kind: NodeKind.Port, x: 200, y: 50 };
  for (const nodes of [[], [port], [port, { ...port, name: "q" }]])
    assert.doesNotMatch(textsOf(readXml(renderSvg(tinyScene(nodes)))).join("\n"), /macro|White corner/);
});

test("an empty curve says so instead of failing", () => {
  const svg = renderSvg(generatedScene({ curve: [{ label: "none", xs: [], ys: [] }] }));
  assert.ok(textsOf(readXml(svg)).includes("no data"));
});

test("a macro with an outline is drawn as that, turned with the macro", () => {
  const scene = tinyScene([{ name: "L", width: 40, height: 20, x: 100, y: 50, orientation: Orientation.S }]);
  // Without its upper right quarter; in orientation S without the lower left one.
  const outline = [
    { left: -20, bottom: -10, right: 0, top: 10 },
    { left: 0, bottom: -10, right: 20, top: 0 },
  ];
  const svg = renderSvg({ ...scene, block: { ...scene.block, outlines: new Map([[0, outline]]) } });
  const [shape] = elementsOf(readXml(svg), "path").filter(
    ({ attributes }) => attributes.get("class") === "hard",
  );
  const points = [...shape!.attributes.get("d")!.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [
    Math.round(Number(x) / SCALE),
    100 - Math.round(Number(y) / SCALE),
  ]);
  const sorted = points.map(([x, y]) => `${x},${y}`).sort();
  assert.deepEqual(sorted, ["100,40", "100,50", "120,40", "120,60", "80,50", "80,60"].sort());
});
