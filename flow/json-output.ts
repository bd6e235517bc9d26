// JSON as commands print it: names in snake_case, whatever they are called in the library.

/** Objects whose keys are data: names of cost terms, statements of files, and methods' own metrics. */
const NAMES_OF_DATA = new Set(["extra_costs", "ignored"]);

/** A value with the keys of all its objects in snake_case. */
export function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const snake = name.replace(
        /([a-z0-9])([A-Z])/g,
        (_, before, letter) => `${before}_${letter.toLowerCase()}`,
      );
      return [snake, NAMES_OF_DATA.has(snake) ? item : snakeCased(item)];
    }),
  );
}

/** One line of JSON for standard output. */
export function jsonLine(value: object): string {
  return `${JSON.stringify(snakeCased(value))}\n`;
}
