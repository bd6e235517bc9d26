// The wire: requests are JSON objects one after the other without length or line end; a reply is one JSON text in one write.
// The client parses what it has whenever some bytes arrive, so a number must not come in two pieces, and reals are
// written so that Python reads floats.
import { StringDecoder } from "node:string_decoder";

/** Longest request kept, bytes; a longer one is read to its end and refused. */
export const LONGEST_REQUEST = 1 << 26;

/** What the bytes so far hold: a whole request, or why there is none. */
export type Message = { readonly text: string } | { readonly problem: string };

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** Cuts a stream of bytes into requests, each from its first brace to the one that closes it, outside of strings. */
export class RequestSplitter {
  private depth = 0;
  private inString = false;
  private escaped = false;
  private length = 0;
  private pieces: string[] = [];
  private decoder = new StringDecoder("utf8");
  private readonly longest: number;

  constructor(longest: number = LONGEST_REQUEST) {
    this.longest = longest;
  }

  /** The messages that end in these bytes, in order. */
  push(bytes: Buffer): Message[] {
    const found: Message[] = [];
    let start = 0; // of the part of `bytes` that belongs to the open request
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.depth === 0) {
        if (byte === 32 || (byte >= 9 && byte <= 13)) continue;
        if (byte !== OPEN) {
          // Nothing tells where it ends; a client waits for its reply before it sends on.
          found.push({ problem: "not a request: a JSON object with name and args was expected" });
          return found;
        }
        this.depth = 1;
        start = at;
      } else if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.inString = false;
      } else if (byte === QUOTE) this.inString = true;
      else if (byte === OPEN) this.depth++;
      else if (byte === CLOSE && --this.depth === 0) {
        this.keep(bytes.subarray(start, at + 1));
        found.push(this.take());
      }
    }
    if (this.depth > 0) this.keep(bytes.subarray(start));
    return found;
  }

  private keep(bytes: Buffer): void {
    this.length += bytes.length;
    if (this.length > this.longest) this.pieces = [];
    else this.pieces.push(this.decoder.write(bytes));
  }

  private take(): Message {
    const { length, pieces } = this;
    this.length = 0;
    this.pieces = [];
    this.decoder = new StringDecoder("utf8");
    if (length > this.longest)
      return { problem: `a request of ${length} bytes, at most ${this.longest} are read` };
    return { text: pieces.length === 1 ? pieces[0]! : pieces.join("") };
  }
}

/** A real number that Python reads as a float. */
export function realText(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** A whole number as an int, any other as a float. */
export function numberText(value: number): string {
  return String(value);
}

export function listText(values: Iterable<number>, text: (value: number) => string): string {
  return `[${Array.from(values, text).join(",")}]`;
}

/** A tuple, of items that are JSON already. */
export function tupleText(...items: readonly string[]): string {
  return `{"__tuple__":true,"items":[${items.join(",")}]}`;
}

export function errorText(message: string): string {
  return JSON.stringify({ ok: false, message });
}
