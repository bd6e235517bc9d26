// Errors of a user's own modules: a method, a cost term, a cell placer, a network. They are told from ours by the files that
// their stack names, on worker threads, too.
import { fileURLToPath, pathToFileURL } from "node:url";

/** The folder of this program's own code. */
const OWN_ROOT = new URL("..", import.meta.url).href;

/** A line of a stack: function, file and position. */
const FRAME = /^ *at (?:async )?(?:(.*?) \()?((?:file:|\/|[A-Za-z]:\\)[^()]*):(\d+):(\d+)\)?$/;

/** The environment variable that asks for stacks. */
export const STACK_VARIABLE = "ASHLAR_STACK";

/**
 * One line for an error that a user's own module threw: where, in which function, and how to see the stack. Undefined for
 * errors of this program.
 */
export function ownCodeProblem(error: unknown): string | undefined {
  const { stack = "", name = "Error", message = String(error) } = (error ?? {}) as Partial<Error>;
  for (const line of stack.split("\n")) {
    const [, called, file, row, column] = FRAME.exec(line) ?? [];
    if (file === undefined || !isForeign(file)) continue;
    const path = file.startsWith("file:") ? fileURLToPath(file) : file;
    const where = called === undefined ? "" : ` in ${called.replace(/^.*\./, "")}()`;
    return `${path}:${row}:${column}: ${name}${where}: ${message.split("\n")[0]}; ${STACK_VARIABLE}=1 shows the stack`;
  }
  return undefined;
}

function isForeign(file: string): boolean {
  const url = file.startsWith("file:") ? file : pathToFileURL(file).href;
  return !url.startsWith(OWN_ROOT) && !url.includes("/node_modules/");
}
