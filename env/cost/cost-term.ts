// Cost terms: what a user adds to the proxy cost. A term is one function of a whole placement. The judge evaluates it
// in full wherever it gives costs, so that every search that asks the judge sees it exactly; only the annealing kernels
// do not (placer/anneal/bursts.ts). Worker threads cannot be handed a function: they import the term's module.
import { type Block, InputError, type Placement } from "../../netlist/index.js";
import { importDefault } from "../import-default.js";

/** A part of the cost besides wirelength, density and congestion; the default export of a module. */
export interface CostTerm {
  /** Key of its value in `Costs.extra` and in `extra_costs` of summary.json. No two terms of a judge share one. */
  readonly name: string;
  /** `import.meta.url` of the module that exports the term by default: worker threads import it. */
  readonly module: string;
  /**
   * The unweighted cost of a placement: a finite number, lower is better. Centres in µm; nodes without a place have
   * NaN and should be left out. Must depend on its arguments alone and change neither: `placement` is the judge's own.
   */
  evaluate(block: Block, placement: Placement): number;
}

/** A term and its factor in the proxy cost, at least 0. */
export interface WeightedTerm {
  readonly term: CostTerm;
  readonly weight: number;
}

/** A term as plain data, for worker threads: `loadCostTerms` imports the module. */
export interface TermRule {
  /** URL of the module whose default export is the term. */
  readonly module: string;
  readonly weight: number;
}

/**
 * Imports the terms of `rules`, whose other members it passes on: plain rules become options of a judge. Throws
 * `InputError` if a module cannot be imported, its default export is no cost term, a weight is negative or not finite,
 * or two terms share a name.
 */
export async function loadCostTerms<Rules extends { readonly terms: readonly TermRule[] }>(
  rules: Rules,
): Promise<Omit<Rules, "terms"> & { readonly terms: readonly WeightedTerm[] }> {
  const terms: WeightedTerm[] = [];
  for (const { module, weight } of rules.terms) {
    const term = await importTerm(module);
    if (!(Number.isFinite(weight) && weight >= 0))
      throw new InputError(
        `cost term '${term.name}'`,
        `its weight is ${weight}, a number of at least 0 was expected`,
        "a term that is to grow must change its own sign",
      );
    if (terms.some((other) => other.term.name === term.name))
      throw new InputError(`cost term '${term.name}'`, "two terms have this name", "rename one of them");
    terms.push({ term, weight });
  }
  return { ...rules, terms };
}

/**
 * The rules of terms given as objects. Throws `InputError` if an object is no cost term, or its module's default
 * export is not the term of that name, which worker threads would then use instead.
 */
export async function termRulesOf(given: readonly WeightedTerm[]): Promise<TermRule[]> {
  const rules = given.map(({ term, weight }) => {
    const { name, module } = checkedTerm(term, "costTerms");
    if (typeof module === "string" && module !== "") return { module, weight };
    throw new InputError(
      `cost term '${name}'`,
      "has no module, which worker threads import it from",
      "give it `module: import.meta.url` and make it the default export of its file",
    );
  });
  const { terms } = await loadCostTerms({ terms: rules });
  for (const [index, { term }] of terms.entries()) {
    const { name } = given[index]!.term;
    if (term.name !== name)
      throw new InputError(
        rules[index]!.module,
        `its default export is the cost term '${term.name}', '${name}' was expected`,
        "make each term the default export of its own file",
      );
  }
  return rules;
}

async function importTerm(module: string): Promise<CostTerm> {
  return checkedTerm(await importDefault(module, "a cost term"), module);
}

function checkedTerm(value: unknown, where: string): CostTerm {
  const { name, evaluate } = (value ?? {}) as Partial<Record<keyof CostTerm, unknown>>;
  if (typeof name === "string" && name !== "" && typeof evaluate === "function") return value as CostTerm;
  throw new InputError(
    where,
    "is no cost term: an object with a name and a function evaluate(block, placement) was expected",
    "export it by default",
  );
}

/** Values of the terms at a placement, unweighted, in their order. Throws `InputError` if one is not finite. */
export function evaluateTerms(
  terms: readonly WeightedTerm[],
  block: Block,
  placement: Placement,
): readonly number[] {
  return terms.map(({ term }) => {
    const value = term.evaluate(block, placement);
    if (Number.isFinite(value)) return value;
    throw new InputError(
      `cost term '${term.name}'`,
      `gave ${value} for a placement of '${block.name}', a finite number was expected`,
      "nodes without a place have NaN: leave them out",
    );
  });
}
