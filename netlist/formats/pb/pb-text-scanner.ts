// Scans protobuf text in one pass, without building a tree. The scanner keeps a stack of open messages and reports every
// scalar, and every message that opens or closes, to a listener. Grammar: field names, `:`, numbers (with an `f` behind
// them, if the writer likes), strings in either quotes, messages in `{ }` or `< >`, `#` comments; `,` and `;` between
// fields are ignored.
import { InputError } from "../../input-error.js";

/** Receives what the scanner finds. `depth` is the number of open messages around a field, 0 at the top. */
export interface PbTextListener {
  open(field: string, depth: number): void;
  close(depth: number): void;
  text(field: string, value: string, depth: number): void;
  number(field: string, value: number, depth: number): void;
}

const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const COMMA = 44;
const COLON = 58;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const OPEN_ANGLE = 60;
const CLOSE_ANGLE = 62;
const NEWLINE = 10;
const RETURN = 13;
const DEEPEST = 64;
/** A decimal number as C++ writes floats. */
const FLOAT = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?[fF]$/;

/** Push parser: call `push` with chunks that end at line ends, then `end`. Errors are `InputError`s with the line. */
export class PbTextScanner {
  /** Line that is being read, from 1. */
  line = 1;
  private depth = 0;
  private field = "";
  private colon = false;
  private readonly openedAt: number[] = [];
  /** Per open message, the byte that closes it. */
  private readonly closers: number[] = [];
  private path: string;
  private readonly listener: PbTextListener;

  constructor(path: string, listener: PbTextListener) {
    this.path = path;
    this.listener = listener;
  }

  push(bytes: Buffer): void {
    const { listener } = this;
    const length = bytes.length;
    let at = 0;
    while (at < length) {
      const byte = bytes[at]!;
      if (byte <= 32) {
        if (byte === NEWLINE || (byte === RETURN && bytes[at + 1] !== NEWLINE)) this.line++;
        at++;
      } else if (byte === QUOTE || byte === APOSTROPHE) {
        const end = this.stringEnd(bytes, at, byte);
        const field = this.takeField("a string");
        listener.text(field, unescaped(bytes, at + 1, end), this.depth);
        at = end + 1;
      } else if (byte === OPEN || byte === OPEN_ANGLE) {
        if (this.field === "")
          throw this.error(`'${String.fromCharCode(byte)}' without a field name before it`);
        if (this.depth >= DEEPEST) throw this.error(`messages nested deeper than ${DEEPEST}`);
        listener.open(this.field, this.depth);
        this.closers[this.depth] = byte + 2;
        this.openedAt[this.depth++] = this.line;
        this.field = "";
        this.colon = false;
        at++;
      } else if (byte === CLOSE || byte === CLOSE_ANGLE) {
        const closer = String.fromCharCode(byte);
        if (this.field !== "") throw this.error(`field '${this.field}' has no value before '${closer}'`);
        if (this.depth === 0 || this.closers[this.depth - 1] !== byte)
          throw this.error(`'${closer}' without a '${String.fromCharCode(byte - 2)}' that it closes`);
        listener.close(--this.depth);
        at++;
      } else if (byte === COLON) {
        if (this.field === "" || this.colon) throw this.error("':' without a field name before it");
        this.colon = true;
        at++;
      } else if (byte === HASH) {
        while (at < length && bytes[at] !== NEWLINE && bytes[at] !== RETURN) at++;
      } else if (byte === COMMA || byte === SEMICOLON) {
        at++;
      } else {
        const start = at;
        while (at < length && isWordByte(bytes[at]!)) at++;
        if (at === start)
          throw this.error(`unexpected character ${JSON.stringify(String.fromCharCode(byte))}`);
        this.word(bytes.toString("latin1", start, at));
      }
    }
  }

  /** Call it after the last chunk. Throws if a message or a field is incomplete. */
  end(): void {
    if (this.depth > 0)
      throw this.error(
        `the file ends inside a message opened at line ${this.openedAt[this.depth - 1]}`,
        "the file is cut off: fetch it again",
      );
    if (this.field !== "") throw this.error(`the file ends after field '${this.field}' without its value`);
  }

  /** Goes on with another file, which must begin between messages. Throws as `end` does. */
  next(path: string): void {
    this.end();
    this.path = path;
    this.line = 1;
  }

  /** Makes `error` tell of a line read before, in whichever file. */
  blame(path: string, line: number): void {
    this.path = path;
    this.line = line;
  }

  error(problem: string, remedy?: string): InputError {
    return new InputError(`${this.path}:${this.line}`, problem, remedy);
  }

  private word(word: string): void {
    if (!this.colon) {
      if (this.field !== "")
        throw this.error(`field '${this.field}' is followed by '${word}', ':' or '{' was expected`);
      this.field = word;
      return;
    }
    const field = this.takeField(word);
    const value = Number(FLOAT.test(word) ? word.slice(0, -1) : word);
    const special = Number.isNaN(value) ? /^([-+]?)(nan|inf|infinity)f?$/i.exec(word) : null;
    if (special) {
      this.listener.number(field, specialNumber(special[1]!, special[2]!), this.depth);
    } else if (Number.isNaN(value)) {
      if (/^[0-9+\-.]/.test(word)) throw this.error(`field '${field}' is '${word}', a number was expected`);
      this.listener.text(field, word, this.depth); // an enum constant or a truth value
    } else {
      this.listener.number(field, value, this.depth);
    }
  }

  private takeField(found: string): string {
    if (this.field === "" || !this.colon) throw this.error(`${found} without 'field:' before it`);
    const field = this.field;
    this.field = "";
    this.colon = false;
    return field;
  }

  private stringEnd(bytes: Buffer, start: number, quote: number): number {
    for (let at = start + 1; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === quote) return at;
      if (byte === BACKSLASH) at++;
      else if (byte === NEWLINE) break;
    }
    throw this.error("a string does not end on its line", "is the file cut off?");
  }
}

function specialNumber(sign: string, word: string): number {
  if (word.toLowerCase() === "nan") return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function isWordByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) ||
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    byte === 95 ||
    byte === 46 ||
    byte === 45 ||
    byte === 43
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function unescaped(bytes: Buffer, start: number, end: number): string {
  const raw = bytes.toString("utf8", start, end);
  return raw.includes("\\") ? raw.replace(/\\(.)/gs, (_, c: string) => ESCAPES[c] ?? c) : raw;
}
