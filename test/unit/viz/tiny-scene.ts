// Scenes small enough to check by hand, and a strict reader of the markup that comes out.
import assert from "node:assert/strict";
import { type Block, NodeKind, type Placement } from "../../../netlist/index.js";
import type { Scene } from "../../../viz/svg.js";

export interface TinyNode {
  readonly name: string;
  readonly kind?: NodeKind;
  readonly width?: number;
  readonly height?: number;
  readonly x?: number;
  readonly y?: number;
  readonly orientation?: number;
  readonly fixed?: boolean;
}

/** A block on a die of 200 × 100 µm, 4 × 2 cells; every node has one pin, and one net joins them all. */
export function tinyScene(nodes: readonly TinyNode[], more: Partial<Scene> = {}): Scene {
  const count = nodes.length;
  const floats = (of: (node: TinyNode) => number) => Float64Array.from(nodes, of);
  const placement: Placement = {
    xs: floats(({ x }) => x ?? Number.NaN),
    ys: floats(({ y }) => y ?? Number.NaN),
    orientations: Uint8Array.from(nodes, ({ orientation }) => orientation ?? 0),
  };
  const order = Int32Array.from(nodes, (_, index) => index);
  const block: Block = {
    name: "tiny",
    nodeCount: count,
    kinds: Uint8Array.from(nodes, ({ kind }) => kind ?? NodeKind.HardMacro),
    widths: floats(({ width }) => width ?? 0),
    heights: floats(({ height }) => height ?? 0),
    nodeNames: nodes.map(({ name }) => name),
    pinCount: count,
    pinNodes: order,
    pinXOffsets: new Float64Array(count),
    pinYOffsets: new Float64Array(count),
    pinNames: nodes.map(({ name }) => `${name}/p`),
    netCount: count > 1 ? 1 : 0,
    netStarts: count > 1 ? Int32Array.of(0, count) : Int32Array.of(0),
    netPins: count > 1 ? order : new Int32Array(0),
    netWeights: count > 1 ? Float64Array.of(1) : new Float64Array(0),
    fileIndices: order,
    pinFileIndices: order,
    fixed: Uint8Array.from(nodes, ({ fixed }) => Number(fixed ?? false)),
    canvas: { width: 200, height: 100 },
    grid: { columns: 4, rows: 2 },
    routing: { horizontal: 10, vertical: 10, horizontalUsedByMacros: 1, verticalUsedByMacros: 1 },
    smoothing: 2,
    overlapThreshold: 0,
    blockages: [],
    initial: placement,
  };
  return { block, placement, title: "tiny", ...more };
}

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  /** The element's own text, entities resolved. */
  text: string;
}

/** Reads XML and fails on anything that is not well-formed: nesting, quotes, bare `<`, `>` or `&`, doubled attributes. */
export function readXml(xml: string): XmlElement {
  const root: XmlElement = { name: "", attributes: new Map(), children: [], text: "" };
  const stack: XmlElement[] = [root];
  const token = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<>]+)/gy;
  let at = 0;
  for (let match = token.exec(xml); match; match = token.exec(xml)) {
    at = token.lastIndex;
    const [, closing, name, attributeText = "", empty, text] = match;
    const open = stack.at(-1)!;
    if (text !== undefined) {
      open.text += resolve(text);
    } else if (closing) {
      assert.equal(attributeText + empty, "");
      assert.equal(stack.pop()!.name, name, "elements close in the order in which they opened");
    } else {
      const attributes = new Map<string, string>();
      for (const [, key, value] of attributeText.matchAll(/([\w:-]+)="([^"]*)"/g)) {
        assert.ok(!attributes.has(key!), `attribute ${key} twice`);
        attributes.set(key!, resolve(value!));
      }
      const element: XmlElement = { name: name!, attributes, children: [], text: "" };
      open.children.push(element);
      if (!empty) stack.push(element);
    }
  }
  assert.equal(at, xml.length, `not well-formed: ${xml.slice(at, at + 80)}`);
  assert.equal(stack.length, 1, `<${stack.at(-1)!.name}> is not closed`);
  assert.equal(root.children.length, 1);
  assert.equal(root.text.trim(), "");
  return root.children[0]!;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function resolve(text: string): string {
  assert.doesNotMatch(text, /&(?!(amp|lt|gt|quot|#39);)/, "a bare ampersand");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them, so the test looks for them
  assert.doesNotMatch(text, /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/, "a control character");
  return text.replace(/&(#?\w+);/g, (_, name: string) => ENTITIES[name]!);
}

/** All elements below one, depth first. */
export function elementsOf(element: XmlElement, name?: string, className?: string): XmlElement[] {
  const below = element.children.flatMap((child) => elementsOf(child, name, className));
  const fits =
    (name === undefined || element.name === name) &&
    (className === undefined || element.attributes.get("class") === className);
  return fits ? [element, ...below] : below;
}

/** The texts drawn, in order. */
export function textsOf(element: XmlElement): string[] {
  return elementsOf(element, "text").map(({ text }) => text);
}

/** x, y, width and height of a rectangle. */
export function boxOf(element: XmlElement): number[] {
  return ["x", "y", "width", "height"].map((name) => Number(element.attributes.get(name)));
}
