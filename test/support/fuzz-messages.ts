// Messages for the cost server that no client should send, and some that one might. Each is one message to which one reply
// comes: a text with a brace that closes, or garbage.
import { join } from "node:path";
import { Random } from "../../netlist/index.js";
import { CALL_TYPES } from "../../plc/index.js";

const CALL_NAMES = Object.keys(CALL_TYPES);

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** Files that calls name are below it. */
  readonly folder: string;
  /** Of the netlist, from 0. */
  readonly nodes: number;
}

export function* fuzzMessages({ count, seed, folder, nodes }: FuzzOptions): Generator<string> {
  const random = Random.stream(seed, "plc-messages");
  const below = (n: number) => random.below(n);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const numbers = [0, 1, -1, 2, 0.5, 10, 50, 1e3, -1e3, 1e9, 1e300, -1e300, 5e-324, 2 ** 53, 1e22];
  const texts = [
    "",
    "A",
    "A/i",
    "Grp_0",
    "N",
    "E",
    "innovus",
    "__proto__",
    "é\u0000\ud800",
    "x".repeat(5000),
  ];
  const value = (depth = 0): unknown => {
    switch (below(depth > 2 ? 7 : 10)) {
      case 0:
      case 1:
        return below(nodes + 2);
      case 2:
        return pick(numbers);
      case 3:
        return pick([...texts, join(folder, pick(["a.plc", "b/c.plc", ""]))]);
      case 4:
        return pick([true, false, null]);
      case 5:
        return random.uniform() * 200 - 50;
      case 6:
        return below(12);
      case 7:
      case 8:
        return Array.from({ length: below(6) }, () => value(depth + 1));
      default:
        return { ok: false, [pick(["__tuple__", "a"])]: value(depth + 1) };
    }
  };
  /** A value of the type that a call wants, not always in its range. */
  const fitting = (type: string): unknown => {
    const some = (item: string, length = below(4)) => Array.from({ length }, () => fitting(item));
    switch (type) {
      case "node":
      case "int":
        return below(nodes + 1);
      case "number":
        return pick([0, 1, 2, 10.5, 50, 99, 300, -5]);
      case "text":
        return pick(texts);
      case "bool":
        return pick([true, false]);
      case "corners":
        return some("number", 4);
      case "nodes":
      case "ints":
      case "numbers":
        return some(type.slice(0, -1));
      default:
        return null;
    }
  };
  // Those that write files are given paths of the folder alone.
  const call = (): { name: string; args: unknown[] } => {
    const name = pick(CALL_NAMES);
    if (/^SavePlacement/.test(name)) {
      const path = join(folder, pick(["a.plc", "b.plc", "not/there.plc"]));
      return { name, args: [path, ...Array.from({ length: below(5) }, () => pick(texts.slice(0, 8)))] };
    }
    if (name === "RestorePlacement") return { name, args: [join(folder, pick(["a.plc", "b.plc", "c"]))] };
    if (name === "OptimizeStdcells") {
      const list = () => Array.from({ length: below(3) }, () => pick([0, 1, 2, 20, 1e6, -1, 1e300]));
      const flags = Array.from({ length: 5 }, () => pick([true, false]));
      return { name, args: [...flags, pick([1, 0.5]), list(), list(), list(), list()] };
    }
    if (below(3) === 0) return { name, args: Array.from({ length: below(5) }, () => value()) };
    return { name, args: CALL_TYPES[name]!.map(fitting) };
  };
  for (let i = 0; i < count; i++) {
    const { name, args } = call();
    const text = JSON.stringify({ name, args });
    switch (below(12)) {
      case 0: // not a request at all
        yield pick(["hello", "[]", "null", "}", "\u0000\u0001", '"{', "]".repeat(1000), "é"]);
        break;
      case 1: // a half, closed
        yield closed(text.slice(0, 1 + below(text.length - 1)).replace(/["\\]/g, ""));
        break;
      case 2: // numbers that JSON does not have
        yield text.replace(/\d+/, pick(["NaN", "-Infinity", "1e999", "0x10", "01"]));
        break;
      case 3:
        yield JSON.stringify({ name: pick([`${name}X`, name.toLowerCase(), "", "toString"]), args });
        break;
      case 4:
        yield JSON.stringify({ [pick(["name", "nom"])]: value(), [pick(["args", "arg"])]: value() });
        break;
      case 5: // deep, or long
        yield `{"name":"${name}","args":[${below(2) ? `${"[".repeat(5000)}${"]".repeat(5000)}` : "1,".repeat(20000)}1]}`;
        break;
      default:
        yield text;
    }
  }
}

/** Half an object without its strings' quotes, with the braces that are missing. */
function closed(half: string): string {
  const depth = half.split("{").length - half.split("}").length;
  return half + "}".repeat(depth);
}
