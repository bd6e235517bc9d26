// Bad input is the user's to mend: one line that says where, what was found, what was expected and what to do.
// The command line prints it without a stack and exits with 1. Anything else thrown is a bug of ours.

/** Something wrong with a file, an option or a block that the user gave. */
/** What is left of the class when an error comes from a worker thread: classes are not cloned, causes are. */
const BAD_INPUT = "bad input";

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

/** Quotes from a broken file may hold anything: they are cut to a readable length and kept on one line. */
function oneLine(message: string): string {
  return message
    .replace(/'([^']{60})[^']+'/g, "'$1…'")
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/^(.{1000}).+$/u, "$1…");
}
