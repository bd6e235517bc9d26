// What commands print: results on standard output, everything else on standard error; one line for bad input.
import { constants } from "node:os";
import { basename, relative, sep } from "node:path";
import type { PlaceSummary, RunControl } from "../flow/index.js";
import { jsonLine, ownCodeProblem, readSmallText, STACK_VARIABLE } from "../flow/index.js";
import { asInputError, greatestOf, isInputError, isSystemError } from "../netlist/index.js";
import { GivenUpError } from "../placer/index.js";
import type { QueueLogin } from "../queue/index.js";

/** Bad input, and a result that is not legal. */
export const EXIT_BAD_INPUT = 1;
export const EXIT_ILLEGAL = 3;

/** Runs a command; an `InputError` becomes one line and exit code 1, any other error is a bug and keeps its stack. */
export async function runCommand(command: () => Promise<unknown>): Promise<void> {
  // A reader that goes away (`ashlar … | head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.stderr.write(`ashlar: ${problemOf(error)}\n`);
    process.exit(error.code === "EPIPE" ? 0 : EXIT_BAD_INPUT);
  });
  // Without a place to report to, the work goes on.
  process.stderr.on("error", () => {});
  try {
    await command();
  } catch (error) {
    process.stderr.write(`ashlar: ${problemOf(error)}\n`);
    process.exitCode ??= EXIT_BAD_INPUT;
  }
}

/** What V8, WebAssembly and our kernels say when memory is missing. */
const OUT_OF_MEMORY =
  /could not allocate memory|allocation failed|Invalid (typed )?array (buffer )?length|Unable to grow|Invalid string length|reaching memory limit|out of kernel memory/;

/** One line for what the user or the machine is to blame for; any other error is a bug and keeps its stack. */
export function problemOf(error: unknown): string {
  if (isInputError(error)) return error.message;
  const { message, code, stack } = (error ?? {}) as { message?: string; code?: string; stack?: string };
  const remedy = "use fewer --workers, or raise the limits of the system";
  if (message !== undefined && OUT_OF_MEMORY.test(message))
    return `out of memory (${message}); ${remedy}, or cluster the block coarser`;
  if (code === "ERR_WORKER_INIT_FAILED") return `a worker thread cannot be started (${message}); ${remedy}`;
  if (isSystemError(error)) return `the system reports ${message}`;
  const own = ownCodeProblem(error);
  return (process.env[STACK_VARIABLE] ? undefined : own) ?? stack ?? String(error);
}

/** An error of the option parser, which may come with a suggestion on a second line, as one line. */
export function oneLine(text: string): string {
  return `${text
    .trim()
    .replace(/\.$/, "")
    .replace(/\s*\n\s*/g, " ")}; --help shows what there is\n`;
}

/** Prints a result as JSON, or as aligned lines of name and value. */
export function printResult(result: object, json: boolean): void {
  if (json) {
    process.stdout.write(jsonLine(result));
    return;
  }
  const entries = Object.entries(result).flatMap(([name, value]): [string, unknown][] => {
    if (name === "extra_costs" || name === "flat")
      return Object.entries(value).flatMap(([cost, number]) =>
        typeof number === "number" ? [[`${name}.${cost}`, number]] : [],
      );
    return typeof value === "object" ? [] : [[name, value]];
  });
  const width = greatestOf(entries.map(([name]) => name.length));
  for (const [name, value] of entries) {
    process.stdout.write(`${name.padEnd(width)}  ${textOf(name, value)}\n`);
  }
  printTop(result);
}

/** Units of results by how their names end. */
const UNITS: readonly (readonly [ending: RegExp, unit: string])[] = [
  [/wirelength$/, " µm"],
  [/^seconds$/, " s"],
];
/** From here on digits after the point say nothing. */
const LARGE = 1e5;

/** A result as people read it: six digits, no powers of ten, and its unit. */
function textOf(name: string, value: unknown): string {
  if (typeof value !== "number") return String(value);
  const unit = UNITS.find(([ending]) => ending.test(name))?.[1] ?? "";
  if (Math.abs(value) >= LARGE && unit !== "") return `${Math.round(value).toLocaleString("en")}${unit}`;
  return `${Number.isInteger(value) ? value : readable(value)}${unit}`;
}

/** Six digits; powers of ten only for what is too small or too large to be a result. */
function readable(value: number): string {
  const text = value.toPrecision(6);
  return text.includes("e+") ? value.toLocaleString("en", { maximumFractionDigits: 0 }) : text;
}

/** Several results of a run, a line each. */
function printTop({ top = [] }: { readonly top?: PlaceSummary["top"] }): void {
  for (const { file, proxy_cost, displacement, legal } of top) {
    const apart = displacement > 0 ? `, macros ${displacement.toFixed(1)} µm from the best on average` : "";
    process.stdout.write(
      `${file}  proxy cost ${proxy_cost.toPrecision(6)}${apart}${legal ? "" : ", not legal"}\n`,
    );
  }
}

const MOST_VIOLATIONS = 20;

/** Prints why a placement is not legal, a line each. */
export function printViolations(violations: readonly { readonly message: string }[]): void {
  for (const { message } of violations.slice(0, MOST_VIOLATIONS)) process.stdout.write(`${message}\n`);
  const more = violations.length - MOST_VIOLATIONS;
  if (more > 0) process.stdout.write(`and ${more} more violations; --json lists all\n`);
}

/**
 * Does the work with a control that shows lines of progress on standard error; on a terminal each line replaces the one
 * before. Once the work has something to lose, the first Ctrl-C (or SIGTERM) asks it to stop, and the second ends the
 * process at once. `howToGoOn` says what a user may do after a stop.
 */
export async function withControl<Result>(
  quiet: boolean,
  work: (control: RunControl) => Promise<Result>,
  howToGoOn: () => string = resumingThis,
): Promise<Result> {
  const live = process.stderr.isTTY === true && !quiet;
  let shown = false;
  const show = (text: string) => {
    const width = process.stderr.columns ?? 100;
    process.stderr.write(live ? `\r\x1b[K${text.slice(0, width - 1)}` : `${text}\n`);
    shown = live;
  };
  const endLine = () => {
    if (shown) process.stderr.write("\n");
    shown = false;
  };
  const stop = new AbortController();
  let code: number | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    if (code !== undefined) process.exit(code);
    code = EXIT_SIGNAL + constants.signals[signal];
    endLine();
    process.stderr.write(
      "stopping: the current step is finished and results are written; once more ends at once\n",
    );
    stop.abort();
  };
  const onStart = () => {
    for (const signal of SIGNALS)
      if (!process.listeners(signal).includes(interrupt)) process.on(signal, interrupt);
  };
  try {
    const onProgress = quiet ? undefined : show;
    const result = await work({ onProgress, signal: stop.signal, onStart, queueLogin: queueLogin() });
    if (code !== undefined && (result as { interrupted?: boolean }).interrupted) {
      endLine();
      const { out } = result as { out?: unknown };
      process.stderr.write(`stopped early: the results so far are in ${out}; ${howToGoOn()}\n`);
    }
    return result;
  } catch (error) {
    if (error instanceof GivenUpError) throw asInputError(`${error.message}; ${howToGoOn()}`);
    throw error;
  } finally {
    endLine();
    if (code !== undefined) process.exitCode = code;
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

/**
 * Who logs in to the Redis server of `--queue`, from the environment: a command line can be read by all users of a machine.
 * Throws `InputError` for a file that cannot be read.
 */
export function queueLogin({ env }: Pick<NodeJS.Process, "env"> = process): QueueLogin {
  const file = env.ASHLAR_QUEUE_PASSWORD_FILE;
  const password = file === undefined ? env.ASHLAR_QUEUE_PASSWORD : readSmallText(file).trimEnd();
  const authority = env.ASHLAR_QUEUE_CA_FILE;
  const ca = authority === undefined ? undefined : readSmallText(authority);
  return { user: env.ASHLAR_QUEUE_USER, password, ca };
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** Exit status of a process that a signal ended, as shells have it, less the signal's number. */
const EXIT_SIGNAL = 128;

/** For what can be resumed. */
function resumingThis(): string {
  return `continue with: ${thisCommand("--resume")}`;
}

/** For what is made anew. */
export function repeatingThis(): string {
  return `run all of it with: ${thisCommand("--force")}`;
}

/** The command line of this process, with another way of meeting what is there. */
function thisCommand(flag: "--resume" | "--force"): string {
  const args = process.argv.slice(2).filter((arg) => arg !== "--force" && arg !== "--resume");
  return commandLine([...args, flag]);
}

/** How to call this program with some arguments, as a user can paste it. */
export function commandLine(args: readonly string[]): string {
  return [ownCommand(), ...args.map(shellWord)].join(" ");
}

/** An argument as a shell takes it. */
function shellWord(text: string): string {
  return /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** How to call this program again, as a user can paste it: it was started by npx, by a script of npm, or by Node.js. */
export function ownCommand({ env, argv }: Pick<NodeJS.Process, "env" | "argv"> = process): string {
  const program = argv[1] ?? "";
  const installed = program.split(sep).includes("node_modules");
  if (env.npm_command === "exec" || installed) return "npx ashlar";
  if (basename(program) === "ashlar") return "ashlar"; // on the path
  if (["start", "ashlar"].includes(env.npm_lifecycle_event ?? "")) return "npm run -s ashlar --";
  return `node ${relative("", program)}`;
}
