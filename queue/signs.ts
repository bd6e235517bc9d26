// Signs of life that runs and workers leave on the server: a set holds their names, and each renews a key of its own.
import type { Redis } from "ioredis";
import type { z } from "zod";
import { RUNS, runKey, runSchema, WORKERS, workerKey, workerSchema } from "./names.js";
import { parsed } from "./parsed.js";

interface Signs<Schema extends z.ZodType> {
  /** Key of the set of names. */
  readonly set: string;
  readonly keyOf: (name: string) => string;
  readonly schema: Schema;
}

export const RUN_SIGNS: Signs<typeof runSchema> = { set: RUNS, keyOf: runKey, schema: runSchema };
export const WORKER_SIGNS: Signs<typeof workerSchema> = {
  set: WORKERS,
  keyOf: workerKey,
  schema: workerSchema,
};

/** Who is alive, by name, and whose sign has run out. A sign of another form, as other versions may write, is neither. */
export async function readSigns<Schema extends z.ZodType>(
  redis: Redis,
  { set, keyOf, schema }: Signs<Schema>,
): Promise<{
  readonly alive: readonly { readonly name: string; readonly sign: z.output<Schema> }[];
  readonly gone: readonly string[];
}> {
  const names = (await redis.smembers(set)).sort();
  const texts = names.length > 0 ? await redis.mget(names.map(keyOf)) : [];
  return {
    alive: names.flatMap((name, index) => {
      const sign = parsed(schema, texts[index]);
      return sign === undefined ? [] : [{ name, sign }];
    }),
    gone: names.filter((_, index) => texts[index] === null),
  };
}

/** Takes the names of those out of the set whose signs have run out: killed ones would add up. Who comes back enters again. */
export async function forgetGone<Schema extends z.ZodType>(
  redis: Redis,
  signs: Signs<Schema>,
): Promise<void> {
  const { gone } = await readSigns(redis, signs);
  if (gone.length > 0) await redis.srem(signs.set, [...gone]);
}
