// Settings as users give them: old names are translated, then a schema checks them.
import { z } from "zod";
import { InputError } from "../netlist/index.js";
import { describeIssue, problemIn } from "./schema-problem.js";

/** The parsed value. Throws `InputError` with the first thing that is wrong; `where` precedes its name. */
export function checkWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
  remedy?: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const found = describeIssue(schema, value, result.error.issues[0]!);
  const name = found.path.join(".");
  throw new InputError(name ? `${where} ${name}` : where, found.problem, found.remedy ?? remedy);
}

/** A schema with the checks of another that leaves the value as it was given, without defaults. */
export function asGiven<Schema extends z.ZodType>(schema: Schema): z.ZodType<z.input<Schema>> {
  return z.custom<z.input<Schema>>().superRefine((value, context) => {
    const found = problemIn(schema, value);
    if (!found) return;
    const { path, problem, remedy } = found;
    context.addIssue({
      code: "custom",
      path: [...path],
      message: remedy ? `${problem}; ${remedy}` : problem,
    });
  });
}

/** Settings by name; nested objects are groups. */
export type Settings = Readonly<Record<string, unknown>>;

/**
 * Names of settings that changed. They are read, with a warning, by one version and by no later one. Dots lead into
 * groups; the name of a group stands for all its members.
 */
export interface OldNames {
  /** Old name to new. */
  readonly renamed?: Readonly<Record<string, string>> | undefined;
  /** Settings that went, and the value that says what is done now. */
  readonly removed?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Settings with their names of today; a line to `onWarning` for every old one. Names that are not known are left for
 * the schema to refuse. Throws `InputError` for a setting given by both its names, and for one that no longer exists.
 */
export function migrated(
  given: Settings,
  { renamed = {}, removed = {} }: OldNames,
  onWarning: (line: string) => void,
): Settings {
  const settings = emptyGroup();
  const warned = new Set<string>();
  const warn = (line: string) => {
    if (!warned.has(line)) onWarning(line);
    warned.add(line);
  };
  for (const [path, value] of leavesOf(given)) {
    if (Object.hasOwn(removed, path)) {
      if (value !== removed[path])
        throw new InputError(`setting ${path}`, "does not exist any more", "leave it out");
      warn(`setting ${path} does not exist any more: leave it out`);
      continue;
    }
    const old = prefixesOf(path).find((prefix) => Object.hasOwn(renamed, prefix));
    const today = old === undefined ? path : renamed[old]! + path.slice(old.length);
    if (old !== undefined) warn(`setting ${old} is now called ${renamed[old]}`);
    if (valueAt(settings, today) !== undefined)
      throw new InputError(
        `setting ${today}`,
        "is given twice, by its old and its new name",
        "leave out one",
      );
    put(settings, today, value);
  }
  return settings;
}

/** Old names of settings that are a group of others, under `name`. */
export function oldNamesUnder(name: string, { renamed = {}, removed = {} }: OldNames): OldNames {
  const under = (path: string) => `${name}.${path}`;
  return {
    renamed: Object.fromEntries(Object.entries(renamed).map(([was, is]) => [under(was), under(is)])),
    removed: Object.fromEntries(Object.entries(removed).map(([path, value]) => [under(path), value])),
  };
}

/** Settings over those of `base`, group by group. */
export function mergedOver(base: Settings, given: Settings): Settings {
  const settings = emptyGroup();
  for (const [path, value] of [...leavesOf(base), ...leavesOf(given)]) put(settings, path, value);
  return settings;
}

/** Puts a value at a dotted path; makes the groups on the way, where something else was too. */
export function put(settings: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop()!;
  let group = settings;
  for (const name of names) {
    if (!isGroup(group[name])) group[name] = emptyGroup();
    group = group[name] as Record<string, unknown>;
  }
  group[last] = value;
}

/** Without a prototype, so that no name has a meaning of its own. */
export function emptyGroup(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

/** Paths and values of all that is no group with members. */
function leavesOf(settings: Settings, prefix = ""): [string, unknown][] {
  return Object.entries(settings).flatMap(([name, value]) =>
    isGroup(value) && Object.keys(value).length > 0
      ? leavesOf(value, `${prefix}${name}.`)
      : value === undefined
        ? []
        : [[prefix + name, value] as [string, unknown]],
  );
}

/** `a.b.c`, `a.b` and `a` of `a.b.c`. */
function prefixesOf(path: string): string[] {
  const names = path.split(".");
  return names.map((_, i) => names.slice(0, names.length - i).join("."));
}

function valueAt(settings: Settings, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, name) => (isGroup(value) && Object.hasOwn(value, name) ? value[name] : undefined),
      settings,
    );
}

function isGroup(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
