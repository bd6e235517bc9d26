// Objects of the user's own, such as cost terms, which worker threads import by the URL of their module.
import { InputError } from "../netlist/index.js";

/** The default export of a module. Throws `InputError`, which says what was wanted, if the module cannot be imported. */
export async function importDefault(module: string, what: string): Promise<unknown> {
  try {
    return ((await import(module)) as { readonly default?: unknown }).default;
  } catch (error) {
    throw new InputError(
      module,
      `cannot be imported (${error instanceof Error ? error.message : error})`,
      `${what} is the default export of a JavaScript module`,
    );
  }
}
