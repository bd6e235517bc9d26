// What `place` does if neither a method nor a protocol is named. docs/decisions/0025-default-for-flat-netlists.md and
// docs/decisions/0030-starts-of-the-pipeline.md have the figures.
import { isBookshelfPath, isDefPath } from "../netlist/index.js";
import type { Protocol } from "../placer/index.js";

/** A method by its name, and a protocol that it knows. */
export interface MethodAndProtocol {
  readonly method: string;
  readonly protocol: Protocol;
}

/** For netlists of soft macros. */
export const DEFAULT_FOR_CLUSTERED: MethodAndProtocol = { method: "pipeline", protocol: "es" };
/** For netlists of standard cells, whose wires count in the end. */
export const DEFAULT_FOR_FLAT: MethodAndProtocol = { method: "mixed", protocol: "free" };

/** For whoever names one of the two, or has wishes that only a policy or the proxy cost can fulfil. Costs are compared with others'. */
export const DEFAULT_FOR_WISHES: MethodAndProtocol = { method: "policy", protocol: "fd" };

/** The options of `place` that say what is wanted of the method. */
export interface MethodWishes {
  readonly method?: unknown;
  readonly protocol?: unknown;
  readonly policy?: unknown;
  readonly network?: unknown;
  readonly cellPlacer?: unknown;
  readonly finetune?: boolean | undefined;
  readonly turn?: boolean | undefined;
  readonly clustering?: boolean | undefined;
  readonly weights?: unknown;
  readonly guideWeight?: unknown;
  readonly like?: unknown;
  readonly queue?: unknown;
  readonly costTerms?: readonly unknown[] | undefined;
  readonly settings?: object | undefined;
}

/**
 * The method and the protocol for the block at `path`, as far as `wishes` leave them open. Whoever names a protocol, weights or
 * anything else of the proxy cost or of a policy gets a policy that minimises that cost.
 */
export function methodByDefault(path: string, wishes: MethodWishes): MethodAndProtocol {
  const { method, protocol, policy, network, cellPlacer, weights, guideWeight, like, queue } = wishes;
  const named = [method, protocol, policy, network, cellPlacer, weights, guideWeight, like, queue];
  const isOpen =
    named.every((wish) => wish === undefined) &&
    !wishes.finetune &&
    !wishes.turn &&
    wishes.clustering !== false &&
    (wishes.costTerms ?? []).length === 0 &&
    Object.keys(wishes.settings ?? {}).length === 0;
  if (!isOpen) return DEFAULT_FOR_WISHES;
  return isDefPath(path) || isBookshelfPath(path) ? DEFAULT_FOR_FLAT : DEFAULT_FOR_CLUSTERED;
}
