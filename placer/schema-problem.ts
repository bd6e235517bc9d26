// What a schema has against a value, in words: what was found, what is possible, and which name was probably meant.
import { z } from "zod";
import { nearestName } from "../netlist/index.js";

/** One thing that is wrong with a value. */
export interface SchemaProblem {
  /** Names that lead to it; empty if it is the whole value. */
  readonly path: readonly string[];
  readonly problem: string;
  readonly remedy?: string | undefined;
}

/** The first thing that a schema has against a value; undefined if there is none. */
export function problemIn(schema: z.ZodType, value: unknown): SchemaProblem | undefined {
  const issue = schema.safeParse(value).error?.issues[0];
  return issue && describeIssue(schema, value, issue);
}

/** An issue that a schema found in a value, in words. */
export function describeIssue(schema: z.ZodType, value: unknown, issue: z.core.$ZodIssue): SchemaProblem {
  const path = issue.path.map(String);
  const found = shown(valueAt(value, path));
  switch (issue.code) {
    case "unrecognized_keys": {
      const [key] = issue.keys as [string];
      const known = namesAt(schema, path);
      return {
        path: [...path, key],
        problem: "no such name",
        remedy: known.length > 0 ? nearestName(key, known) : "leave it out: there are none",
      };
    }
    case "invalid_type":
      return { path, problem: `${found}, ${typeName(issue.expected)} was expected` };
    case "invalid_value":
      return { path, problem: `${found}, ${issue.values.map(shown).join(" or ")} was expected` };
    case "too_small":
    case "too_big": {
      const isLeast = issue.code === "too_small";
      const limit = isLeast ? issue.minimum : issue.maximum;
      const bound = isLeast
        ? issue.inclusive
          ? `at least ${limit}`
          : `more than ${limit}`
        : issue.inclusive
          ? `at most ${limit}`
          : `less than ${limit}`;
      return { path, problem: `${found}, ${bound}${unitOf(issue.origin)} was expected` };
    }
    case "not_multiple_of":
      return { path, problem: `${found}, a multiple of ${issue.divisor} was expected` };
    case "invalid_union":
      return { path, problem: `${found}, another kind of value was expected` };
    default:
      return { path, problem: issue.message };
  }
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" || origin === "set" ? " entries" : "";
}

function typeName(expected: string): string {
  if (expected === "int") return "a whole number";
  if (expected === "record" || expected === "object") return "a group of names and values";
  return `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected === "boolean" ? "true or false" : expected}`.replace(
    "a true or false",
    "true or false",
  );
}

const LONGEST = 60;

/** A value as a message shows it. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return `'${value}'`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, name) =>
      typeof part === "object" && part !== null ? (part as Record<string, unknown>)[name] : undefined,
    value,
  );
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** Names that an object may have at a path of a schema; none if the schema does not say. */
function namesAt(schema: z.ZodType, path: readonly string[]): string[] {
  const whole = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const at = path.reduce<JsonSchema | undefined>((part, name) => part?.properties?.[name], whole);
  return Object.keys(at?.properties ?? {});
}
