// Errors that the user can fix. The message is one line: where, what was found, what was expected, what to do. The
// command line prints it without a stack and exits with status 1. Any other error is a bug of this program.

/** Marks such errors when they come from a worker thread: their cause is cloned, but their class is not. */
const BAD_INPUT = "bad input";

/** Something wrong with a file, an option or a block that the user gave. */
export class InputError extends Error {
  override name = "InputError";

  /**
   * @param where file, `file:line`, or option name
   * @param problem what was found and what was expected
   * @param remedy what the user can do about it
   */
  constructor(where: string, problem: string, remedy?: string) {
    super(oneLine(`${where}: ${problem}${remedy ? `; ${remedy}` : ""}`), { cause: BAD_INPUT });
  }
}

/** Whether an error is an `InputError`, thrown here or by a worker thread. */
export function isInputError(error: unknown): error is InputError {
  return error instanceof InputError || (error instanceof Error && error.cause === BAD_INPUT);
}

/** The error of an `InputError`'s message that another process sent. */
export function asInputError(message: string): Error {
  return new Error(oneLine(message), { cause: BAD_INPUT });
}

/**
 * Shortens quotes from broken files, which may be of any length, and keeps the message on one line. What stands between two
 * quotes is no quote: one begins after a space or a sign.
 */
function oneLine(message: string): string {
  return message
    .replace(/(?<=^|[\s(:=,])'([^']{60})[^']+'/g, "'$1…'")
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/^(.{1000}).+$/u, "$1…");
}
