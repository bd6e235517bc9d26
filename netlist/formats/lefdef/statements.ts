// Splits LEF and DEF into statements: words separated by blanks, up to a word `;` or to where a section's rule ends them.
// A comment starts with a word that begins with `#` and ends with the line. Strings are words in double quotes.
// `BEGINEXT` … `ENDEXT` is skipped. Facts: LEF/DEF 5.8 Language Reference. Chunks of the file go in and statements come
// out, so that the file is never in memory as a whole, nor a long line. Every word keeps its line, for errors, and its
// byte range in the unpacked file, for writing back.
import { InputError } from "../../input-error.js";
import { orientationCode } from "../../orientation.js";
import type { Point } from "./geometry.js";

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const HASH = 35;
const SEMICOLON = 59;
const BACKSLASH = 92;
const LONGEST_WORD_BYTES = 1 << 20;

/** Words of one statement, without the closing `;`, and a cursor. The object is reused for the next statement. */
export class Statement {
  readonly path: string;
  readonly words: string[] = [];
  /** First byte of each word, and the byte after its last, in the unpacked file. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly lines: number[] = [];
  count = 0;
  /** Index of the word that `take` returns next. */
  at = 0;

  constructor(path: string) {
    this.path = path;
  }

  get done(): boolean {
    return this.at >= this.count;
  }

  /** The next word, or "" at the end. */
  peek(): string {
    return this.at < this.count ? this.words[this.at]! : "";
  }

  /** Takes the next word. */
  take(what: string): string {
    if (this.at >= this.count) throw this.error(`${what} was expected, the statement ends`);
    return this.words[this.at++]!;
  }

  takeNumber(what: string): number {
    const word = this.take(what);
    const value = Number(word);
    if (!NUMBER.test(word) || !Number.isFinite(value)) {
      this.at--;
      throw this.error(`'${word}', ${what} (a number) was expected`);
    }
    return value;
  }

  takeInteger(what: string): number {
    const value = this.takeNumber(what);
    if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 31) {
      this.at--;
      throw this.error(`'${this.words[this.at]}', ${what} (a whole number) was expected`);
    }
    return value;
  }

  expect(word: string): void {
    if (this.peek() === word) this.at++;
    else throw this.error(`${this.done ? "the statement ends" : `'${this.peek()}'`}, '${word}' was expected`);
  }

  /**
   * Throws `InputError` if words are left, except options that begin with `before`. The words of a next statement mean
   * that a semicolon is missing.
   */
  expectEnd(before?: string): void {
    if (!this.done && this.peek() !== before)
      throw this.error(`'${this.peek()}', ';' was expected`, "is a semicolon missing?");
  }

  /** Moves to the next `+`, or to the end. */
  skipOption(): void {
    while (this.at < this.count && this.words[this.at] !== "+") this.at++;
  }

  /** An error at the word under the cursor, or at the last word of the statement. */
  error(problem: string, remedy?: string): InputError {
    const line = this.lines[Math.min(this.at, Math.max(this.count - 1, 0))] ?? 1;
    return new InputError(`${this.path}:${line}`, problem, remedy);
  }
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

export interface StatementRules {
  /** Whether the statement ends after the last word without a `;`, as in `END COMPONENTS`. */
  readonly endsHere: (statement: Statement) => boolean;
  readonly handle: (statement: Statement) => void;
}

/** Cuts chunks into statements. Call `push` with pieces that end behind a blank or line, then `end`. */
export class StatementScanner {
  readonly statement: Statement;
  /** Number of words kept of a statement, the rest is dropped; for sections that are ignored. */
  keep = Number.POSITIVE_INFINITY;
  private readonly rules: StatementRules;
  private offset = 0;
  private line = 1;
  private inExtension = false;
  private inComment = false;
  // A string may span lines, and so chunks.
  private openString: { text: string; start: number; line: number } | undefined;

  constructor(path: string, rules: StatementRules) {
    this.statement = new Statement(path);
    this.rules = rules;
  }

  push(chunk: Buffer): void {
    const { length } = chunk;
    let i = this.openString ? this.closeString(chunk, 0) : 0;
    if (this.inComment) i = this.skipComment(chunk, i);
    while (i < length) {
      const first = chunk[i]!;
      if (first === NEWLINE) {
        this.line++;
        i++;
      } else if (first <= 32) {
        if (first === RETURN && chunk[i + 1] !== NEWLINE) this.line++;
        i++;
      } else if (first === HASH) {
        i = this.skipComment(chunk, i);
      } else if (first === QUOTE) {
        this.openString = { text: "", start: this.offset + i, line: this.line };
        i = this.closeString(chunk, i, 1);
      } else {
        i = this.word(chunk, i);
      }
    }
    this.offset += length;
  }

  /** Checks that no statement is left open. Returns the number of lines. */
  end(): number {
    const { path, count, words } = this.statement;
    if (this.openString)
      throw new InputError(
        `${path}:${this.openString.line}`,
        "a string begins here and does not end, '\"' was expected",
      );
    if (this.inExtension) throw new InputError(`${path}:${this.line}`, "the file ends, ENDEXT was expected");
    if (count > 0)
      throw new InputError(
        `${path}:${this.statement.lines[0]}`,
        `the statement '${words.slice(0, Math.min(count, 3)).join(" ")}' does not end, ';' was expected`,
        "is the file complete?",
      );
    return this.line;
  }

  /** Where the line ends, or the chunk. */
  private skipComment(chunk: Buffer, from: number): number {
    let end = from;
    while (end < chunk.length && chunk[end] !== NEWLINE && chunk[end] !== RETURN) end++;
    this.inComment = end === chunk.length;
    return end;
  }

  private word(chunk: Buffer, begin: number): number {
    const { length } = chunk;
    let end = begin;
    let high = 0;
    for (; end < length; end++) {
      const byte = chunk[end]!;
      if (byte <= 32) break;
      high |= byte;
    }
    if (end - begin > LONGEST_WORD_BYTES)
      throw new InputError(
        `${this.statement.path}:${this.line}`,
        "a word is longer than 1 MiB",
        "is this a text file?",
      );
    // Some writers omit the blank before the semicolon.
    const closes = chunk[end - 1] === SEMICOLON && (end - begin === 1 || chunk[end - 2] !== BACKSLASH);
    const stop = closes ? end - 1 : end;
    if (stop > begin) {
      const text =
        stop - begin === 1 && high < 128
          ? SINGLE[chunk[begin]!]!
          : high < 128
            ? chunk.toString("latin1", begin, stop)
            : chunk.toString("utf8", begin, stop);
      this.add(text, this.offset + begin, this.offset + stop, this.line);
    }
    if (closes && !this.inExtension) this.finish();
    return end;
  }

  private closeString(chunk: Buffer, from: number, skip = 0): number {
    const open = this.openString!;
    for (let i = from + skip; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === NEWLINE || (byte === RETURN && chunk[i + 1] !== NEWLINE)) this.line++;
      if (byte !== QUOTE || chunk[i - 1] === BACKSLASH) continue;
      this.openString = undefined;
      this.add(open.text + chunk.toString("utf8", from, i + 1), open.start, this.offset + i + 1, open.line);
      return i + 1;
    }
    open.text += chunk.toString("utf8", from, chunk.length);
    if (open.text.length > LONGEST_WORD_BYTES)
      throw new InputError(
        `${this.statement.path}:${open.line}`,
        "a string is longer than 1 MiB",
        "is a quote missing?",
      );
    return chunk.length;
  }

  private add(text: string, start: number, end: number, line: number): void {
    const { statement } = this;
    if (this.inExtension) {
      if (text === "ENDEXT") this.inExtension = false;
      return;
    }
    const { count } = statement;
    if (count === 0 && text === "BEGINEXT") {
      this.inExtension = true;
      return;
    }
    if (count >= this.keep) return;
    statement.words[count] = text;
    statement.starts[count] = start;
    statement.ends[count] = end;
    statement.lines[count] = line;
    statement.count = count + 1;
    if (count < 3 && this.rules.endsHere(statement)) this.finish();
  }

  private finish(): void {
    const { statement } = this;
    if (statement.count > 0) {
      statement.at = 0;
      this.rules.handle(statement);
    }
    statement.count = 0;
    // Frees the words of a very long statement, such as a net with a million pins.
    if (statement.words.length > 1 << 16) statement.words.length = 0;
  }
}

const SINGLE = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

/** Reads `( x y )`. `*` repeats the coordinate of the point before. */
export function readPoint(statement: Statement, before?: Point): Point {
  statement.expect("(");
  const coordinate = (what: string, same: number | undefined): number => {
    if (statement.peek() !== "*" || same === undefined) return statement.takeInteger(what);
    statement.at++;
    return same;
  };
  const point: Point = [coordinate("x", before?.[0]), coordinate("y", before?.[1])];
  while (!statement.done && statement.peek() !== ")") statement.at++; // an extension in routing
  statement.expect(")");
  return point;
}

/** Reads points up to the next word that is no `(`. */
export function readPoints(statement: Statement): Point[] {
  const points: Point[] = [];
  while (statement.peek() === "(") points.push(readPoint(statement, points.at(-1)));
  if (statement.peek().startsWith("("))
    throw statement.error(`'${statement.peek()}', a point '( x y )' with blanks between was expected`);
  return points;
}

/** Reads an orientation and returns its code. */
export function readOrientation(statement: Statement): number {
  const name = statement.take("an orientation");
  const code = orientationCode(name);
  if (code >= 0) return code;
  statement.at--;
  throw statement.error(`orientation '${name}', one of N FN S FS E FE W FW was expected`);
}
