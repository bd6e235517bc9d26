// Every method by its name, and how a user's own is found: an object, or the path of a module that exports one. Help,
// docs and errors take their lists from here; nothing else lists methods.
import { InputError, nearestOf } from "../netlist/index.js";
import {
  type Method,
  type OneShotPlacer,
  PLACER_METHODS,
  PROTOCOL_NAMES,
  restartMethod,
} from "../placer/index.js";
import { POLICY_METHODS } from "../policy/index.js";
import { isModulePath, loadDefault } from "./own-module.js";
import { pipelineMethod } from "./pipeline.js";

/** How a method is named: a built-in one's name, the path of a module that exports one by default, or the object. */
export type MethodChoice = string | Method | OneShotPlacer;

export interface FoundMethod {
  readonly method: Method;
  /** The file that it was loaded from, if the user named one. */
  readonly file?: string;
}

const BASIC = [...POLICY_METHODS, ...PLACER_METHODS];

/** The built-in methods. */
export const METHODS: readonly Method[] = withPipeline();

function withPipeline(): readonly Method[] {
  const named = (name: string) => BASIC.find((method) => method.name === name)!;
  return [
    ...BASIC,
    pipelineMethod({ gradients: named("mixed"), policy: named("policy"), annealing: named("anneal") }),
  ];
}

export function methodNames(): string[] {
  return METHODS.map(({ name }) => name);
}

/**
 * The method that a user chose. Paths are relative to the working directory. Throws `InputError` if there is none, or
 * what a module exports is none.
 */
export async function findMethod(choice: MethodChoice, where = "--method"): Promise<FoundMethod> {
  if (typeof choice !== "string") return { method: methodOf(choice, where) };
  const builtIn = METHODS.find(({ name }) => name === choice);
  if (builtIn) return { method: builtIn };
  if (!isModulePath(choice))
    throw new InputError(
      where,
      `'${choice}' is no method`,
      `${suggestion(choice)}or a module such as ./mine.js`,
    );
  const { value, file } = await loadDefault(choice, "a method");
  return { method: methodOf(value, choice), file };
}

function suggestion(name: string): string {
  const nearest = nearestOf(name, methodNames());
  const hint = nearest === undefined ? "" : `did you mean '${nearest}'? `;
  return `${hint}known are ${methodNames().join(", ")}, `;
}

const REMEDY = "see docs/methods.md";

/** A user's own object as a method. Throws `InputError` if it is none. */
function methodOf(value: unknown, where: string): Method {
  const given = (typeof value === "object" && value !== null ? value : {}) as Partial<Method & OneShotPlacer>;
  const isMethod = typeof given.run === "function";
  if (!isMethod && typeof given.place !== "function")
    throw new InputError(
      where,
      "is no method: an object with a function run() or place() was expected",
      REMEDY,
    );
  if (typeof given.name !== "string" || !/^[A-Za-z0-9][\w-]*$/.test(given.name))
    throw new InputError(
      where,
      `the method's name is ${JSON.stringify(given.name)}, letters, digits, - and _ were expected`,
      REMEDY,
    );
  const { name } = given;
  const same = METHODS.find((method) => method.name === name);
  if (same && same !== value)
    throw new InputError(where, `the method's name is '${name}', which a built-in one has`, "rename yours");
  return isMethod ? checkedMethod(given as Method, where) : checkedPlacer(given as OneShotPlacer, where);
}

function checkedMethod(method: Method, where: string): Method {
  const protocols: unknown = method.protocols;
  const known: readonly string[] = PROTOCOL_NAMES;
  if (!Array.isArray(protocols) || protocols.length === 0 || protocols.some((name) => !known.includes(name)))
    throw new InputError(
      where,
      `method '${method.name}' has protocols ${JSON.stringify(protocols)}, a list of ${known.join(", ").replace(/, ([^,]*)$/, " and $1")} was expected`,
      REMEDY,
    );
  if (method.settings && typeof method.settings.safeParse !== "function")
    throw new InputError(
      where,
      `the settings of method '${method.name}' are no schema`,
      "make one with zod, or leave settings out",
    );
  return method;
}

function checkedPlacer(placer: OneShotPlacer, where: string): Method {
  if (typeof placer.module !== "string" || !placer.module.startsWith("file:"))
    throw new InputError(
      where,
      `one-shot placer '${placer.name}' names no module, and worker threads import it`,
      "set module: import.meta.url, and export it by default",
    );
  return restartMethod(placer);
}
