// Bookshelf `.nets`: nets as lists of pins, each with its node and its offset from the centre; `.wts`: net weights.
import { growingBytes, growingFloats, growingInts } from "../../arrays.js";
import { InputError } from "../../input-error.js";
import type { NodeList } from "./nodes.js";
import { type Announced, checkCount, readWords, toCount, toNumber, valuesOf } from "./words.js";

export interface NetList {
  /** Names of nets; nets without one are called `netNUMBER`. */
  readonly names: readonly string[];
  /** Pins of net n: `starts[n] .. starts[n + 1]`, the driver first. */
  readonly starts: Int32Array;
  /** Per pin: its node, its offset from the node's centre in orientation N. */
  readonly pinNodes: Int32Array;
  readonly pinXOffsets: Float64Array;
  readonly pinYOffsets: Float64Array;
  /** Number of nets without pins, which are left out. */
  readonly empty: number;
  /** Per net, 1 if it has an output pin; else its first pin counts as driver. */
  readonly driven: Uint8Array;
}

/** Reads a `.nets` file. The driver of a net is its first pin of direction O, or its first pin. */
export async function readNets(path: string, nodes: NodeList): Promise<NetList> {
  const names: string[] = [];
  const starts = growingInts();
  const pinNodes = growingInts();
  const xOffsets = growingFloats();
  const yOffsets = growingFloats();
  let netCount: Announced | undefined;
  let pinCount: Announced | undefined;
  let netsFound = 0;
  let empty = 0;
  const driven = growingBytes();
  let left = 0; // pins that the open net still lacks
  let opened = ""; // where the open net began
  let driver = -1;
  const closeNet = () => {
    if (left > 0)
      throw new InputError(opened, `the net lacks ${left} of its pins`, "the file is cut off or edited");
    if (netsFound === 0) return;
    const start = starts.at(starts.length - 1);
    if (pinNodes.length === start) {
      empty++;
      starts.length--;
      names.pop();
      return;
    }
    driven.push(driver < 0 ? 0 : 1);
    if (driver >= 0) for (const list of [pinNodes, xOffsets, yOffsets]) toFront(list, start, driver);
  };
  await readWords(path, "nets", (line) => {
    const { words, where } = line;
    const degree = left > 0 ? undefined : valuesOf(line, "NetDegree");
    if (degree) {
      closeNet();
      left = toCount(degree[0], where, "NetDegree");
      opened = where;
      driver = -1;
      names.push(degree[1] ?? `net${netsFound}`);
      starts.push(pinNodes.length);
      netsFound++;
      return;
    }
    if (netsFound === 0) {
      const nets = valuesOf(line, "NumNets");
      const pins = valuesOf(line, "NumPins");
      if (nets) netCount = { count: toCount(nets[0], where, "NumNets"), where };
      if (pins) pinCount = { count: toCount(pins[0], where, "NumPins"), where };
      if (nets || pins) return;
    }
    if (left === 0)
      throw new InputError(
        where,
        netsFound === 0
          ? `'${words.join(" ")}' before the first 'NetDegree : count name'`
          : `'${words.join(" ")}' after the last pin of the net at line ${opened.slice(opened.lastIndexOf(":") + 1)}`,
        "'NetDegree : count name' was expected",
      );
    left--;
    const node = nodes.numbers.get(words[0]!);
    if (node === undefined)
      throw new InputError(where, `the net joins node '${words[0]}', which is not in the .nodes file`);
    let next = 1;
    const direction = words[next]?.toUpperCase().replace(/:$/, "");
    if (direction === "I" || direction === "O" || direction === "B") {
      next++;
      if (direction === "O" && driver < 0) driver = pinNodes.length;
    }
    if (words[next] === ":") next++;
    let x = 0;
    let y = 0;
    if (next < words.length) {
      x = toNumber(words[next]!.replace(/^:/, ""), where, "the pin's x offset");
      y = toNumber(words[next + 1], where, "the pin's y offset");
      if (words.length > next + 2)
        throw new InputError(where, `'${words.join(" ")}', 'node direction : x y' was expected`);
    }
    pinNodes.push(node);
    xOffsets.push(x);
    yOffsets.push(y);
  });
  closeNet();
  checkCount(path, { what: "NumNets", announced: netCount, found: netsFound });
  checkCount(path, { what: "NumPins", announced: pinCount, found: pinNodes.length });
  starts.push(pinNodes.length);
  return {
    names,
    starts: starts.toArray(),
    pinNodes: pinNodes.toArray(),
    pinXOffsets: xOffsets.toArray(),
    pinYOffsets: yOffsets.toArray(),
    empty,
    driven: driven.toArray(),
  };
}

interface NumberList {
  at(index: number): number;
  set(index: number, value: number): void;
}

/** Moves an entry to the front of its list. */
function toFront(list: NumberList, start: number, index: number): void {
  const value = list.at(index);
  for (let i = index; i > start; i--) list.set(i, list.at(i - 1));
  list.set(start, value);
}

export interface NetWeights {
  /** Per net; 1 if the file gives none. */
  readonly weights: Float64Array;
  /** Number of weights of nodes, which are not used. */
  readonly ofNodes: number;
  readonly ofNets: number;
}

const AMBIGUOUS = -1;

/** Reads a `.wts` file. Its names are those of nets, or of nodes (as in the ICCAD04 suite). */
export async function readWeights(path: string, nodes: NodeList, nets: NetList): Promise<NetWeights> {
  const weights = new Float64Array(nets.names.length).fill(1);
  const numbers = new Map<string, number>();
  for (const [net, name] of nets.names.entries()) numbers.set(name, numbers.has(name) ? AMBIGUOUS : net);
  let ofNodes = 0;
  let ofNets = 0;
  await readWords(path, "wts", ({ words, where }) => {
    const [name, word, extra] = words;
    if (word === undefined || extra !== undefined)
      throw new InputError(where, `${words.length} words, 'name weight' was expected`);
    const weight = toNumber(word, where, `the weight of '${name}'`);
    const net = numbers.get(name!);
    if (net === undefined) {
      if (!nodes.numbers.has(name!))
        throw new InputError(where, `'${name}' is neither a net nor a node of this block`);
      ofNodes++;
      return;
    }
    if (net === AMBIGUOUS) throw new InputError(where, `several nets are called '${name}'`, "rename them");
    if (weight < 0) throw new InputError(where, `net '${name}' has weight ${weight}, 0 or more was expected`);
    weights[net] = weight;
    ofNets++;
  });
  return { weights, ofNodes, ofNets };
}
