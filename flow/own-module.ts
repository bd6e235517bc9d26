// Code of the user's own, loaded from a path that the user named for this run. A run folder's record names such files
// too, with their hashes, but nothing is ever loaded because a record says so.
import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import {
  type CostTerm,
  type JudgeOptions,
  type JudgeRules,
  loadCostTerms,
  type TermRule,
  termRulesOf,
} from "../env/index.js";
import { InputError } from "../netlist/index.js";
import { importMaker } from "../placer/index.js";
import { checkPolicyNetwork, loadPolicyNetwork, type PolicyNetworkModule } from "../policy/index.js";
import { type BlockOptions, judgeRules } from "./block-options.js";

/** Whether a text is the path of a module rather than a name. */
export function isModulePath(text: string): boolean {
  return /^(\.{1,2}[/\\]|file:)/.test(text) || isAbsolute(text) || /\.[cm]?js$/.test(text);
}

/** The absolute path of a module named by a path or a file URL. Throws `InputError` if there is no such file. */
export function moduleFile(path: string): string {
  const file = path.startsWith("file:") ? fileURLToPath(path) : resolve(path);
  if (!existsSync(file))
    throw new InputError(
      path,
      "no such file",
      "give the path of a JavaScript module, from the working directory",
    );
  return file;
}

/** The default export of a module. `what` names what was expected. Throws `InputError` if it cannot be had. */
export async function loadDefault(path: string, what: string): Promise<{ value: unknown; file: string }> {
  const file = moduleFile(path);
  let exports: { readonly default?: unknown };
  try {
    exports = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    throw new InputError(path, `cannot be loaded (${(error as Error).message})`, "mend the module");
  }
  if (exports.default === undefined)
    throw new InputError(
      path,
      `has no default export, ${what} was expected`,
      "export it with 'export default'",
    );
  return { value: exports.default, file };
}

/** A cost term, as the path of a module that exports it by default or as the object, and its factor (default 1). */
export type CostTermChoice = { readonly weight?: number | undefined } & (
  | { readonly module: string }
  | { readonly term: CostTerm }
);

/** Options of commands that judge placements. */
export const costTermOptions = {
  costTerms: z
    .array(z.custom<CostTermChoice>())
    .default([])
    .describe(
      "cost term of your own, as ./mine.js or ./mine.js=WEIGHT (default 1), added to the proxy cost; may be repeated",
    ),
};

/** How placements are judged: weights and the user's cost terms. */
export interface Judging {
  /** Plain data, for worker threads. */
  readonly rules: JudgeRules;
  /** For judges of this thread. */
  readonly options: JudgeOptions;
  /** The files of the terms, and what a run's folder records of them. */
  readonly files: readonly string[];
  readonly record: Readonly<Record<string, unknown>>;
}

/** Rules of the judge with the cost terms that the user named now. Throws `InputError` for what is no term. */
export async function openJudging(
  options: BlockOptions & { readonly costTerms?: readonly CostTermChoice[] | undefined },
): Promise<Judging> {
  const choices = options.costTerms ?? [];
  const terms: TermRule[] = [];
  for (const choice of choices) terms.push(await termRule(choice));
  const rules = { ...judgeRules(options), terms };
  const judging = await loadCostTerms(rules);
  const files = terms.flatMap(({ module }) => (module.startsWith("file:") ? [fileURLToPath(module)] : []));
  const record = {
    costTerms: judging.terms.map(({ term, weight }) => ({ name: term.name, weight })),
    costTermModules: choices.map((choice) => ("module" in choice ? choice.module : choice.term.module)),
  };
  return { rules, options: judging, files, record: choices.length > 0 ? record : {} };
}

async function termRule(choice: CostTermChoice): Promise<TermRule> {
  const { weight = 1 } = choice ?? {};
  if (typeof choice === "object" && "module" in choice)
    return { module: pathToFileURL(moduleFile(choice.module)).href, weight };
  if (typeof choice === "object" && "term" in choice)
    return (await termRulesOf([{ term: choice.term, weight }]))[0]!;
  throw new InputError("--cost-term", "an object with module or term was expected", "see docs/proxy-cost.md");
}

/** A policy network of the user's own. */
export const networkOption = z
  .custom<string | PolicyNetworkModule>()
  .optional()
  .describe("policy network of your own, as ./mine.js, instead of the built-in one");

/** A network that the user chose: its file, and what a run's folder records of it. */
export interface OpenedNetwork {
  readonly network: PolicyNetworkModule | undefined;
  readonly files: readonly string[];
  readonly record: Readonly<Record<string, unknown>>;
}

/** The network that the user named now. Throws `InputError` if it is none. */
export async function openNetwork(choice: string | PolicyNetworkModule | undefined): Promise<OpenedNetwork> {
  if (choice === undefined) return { network: undefined, files: [], record: {} };
  if (typeof choice !== "string") {
    await checkPolicyNetwork(choice);
    const { name, module } = choice;
    const files = module.startsWith("file:") ? [fileURLToPath(module)] : [];
    return { network: choice, files, record: { network: name, networkModule: module } };
  }
  const file = moduleFile(choice);
  const network = await loadPolicyNetwork(pathToFileURL(file).href);
  await checkPolicyNetwork(network);
  return { network, files: [file], record: { network: network.name, networkModule: choice } };
}

/** A cell placer of the user's own. */
export const cellPlacerOption = z
  .string()
  .optional()
  .describe("cell placer of your own, as ./mine.js, which places the soft macros instead of the protocol's");

/** A cell placer that the user chose: its name and module, its file, and what a run's folder records of it. */
export interface OpenedCellPlacer {
  readonly name?: string;
  readonly cellPlacer: string | undefined;
  readonly files: readonly string[];
  readonly record: Readonly<Record<string, unknown>>;
}

/** The cell placer that the user named now. Throws `InputError` if it is none. */
export async function openCellPlacer(path: string | undefined): Promise<OpenedCellPlacer> {
  if (path === undefined) return { cellPlacer: undefined, files: [], record: {} };
  const file = moduleFile(path);
  const cellPlacer = pathToFileURL(file).href;
  const { name } = await importMaker(cellPlacer);
  return { name, cellPlacer, files: [file], record: { cellPlacer: name, cellPlacerModule: path } };
}

/** The flags that name the code of a run again, from its record; nothing is loaded. Empty if it used none. */
export function codeFlags(options: Readonly<Record<string, unknown>>): string {
  const terms = (options.costTerms ?? []) as readonly { readonly weight?: unknown }[];
  const modules = (options.costTermModules ?? []) as readonly string[];
  return [
    ...(options.methodModule === undefined ? [] : [`--method ${options.methodModule}`]),
    ...modules.map((module, i) => `--cost-term ${module}=${terms[i]?.weight ?? 1}`),
    ...(options.networkModule === undefined ? [] : [`--network ${options.networkModule}`]),
    ...(options.cellPlacerModule === undefined ? [] : [`--cell-placer ${options.cellPlacerModule}`]),
  ].join(" ");
}
