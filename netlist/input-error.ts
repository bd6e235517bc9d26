// Bad input is the user's to mend: one line that says where, what was found, what was expected and what to do.
// The command line prints it without a stack and exits with 1. Anything else thrown is a bug of ours.

/** Something wrong with a file, an option or a block that the user gave. */
export class InputError extends Error {
  override name = "InputError";

  /**
   * @param where file, `file:line`, or option name
   * @param problem what was found and what was expected
   * @param remedy what the user can do about it
   */
  constructor(where: string, problem: string, remedy?: string) {
    super(`${where}: ${problem}${remedy ? `; ${remedy}` : ""}`);
  }
}
