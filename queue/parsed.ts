import type { z } from "zod";

/** JSON text from the server in the form of a schema; undefined if it is absent, no JSON, or of another form. */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  text: string | null | undefined,
): z.output<Schema> | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
