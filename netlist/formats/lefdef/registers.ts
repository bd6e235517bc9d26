// Which cells of a design are registers, by the names of their LEF masters: LEF has no word for it.
import { NodeKind } from "../../block.js";
import type { RoutedDesign } from "./routing.js";

/**
 * Names of flip-flops and latches in open and common libraries: DFF_X1, SDFFR_X2, DLH_X1 (Nangate), DFFHQNx1, DHLx1 (ASAP7),
 * sky130_fd_sc_hd__dfxtp_1, sky130_fd_sc_hd__dlxtp_1, SDFRPQD1 (TSMC), FF, LATCH. Delay cells and clock gates do not match.
 */
const REGISTER = /(^|__)(async_)?(s?e?df|s?ff|dl[hlrx]|dhl|tlat|lat)/i;

/** 1 for each node that is a register; undefined if no master of a cell is named like one. */
export function registersOf({ block, nodes }: Pick<RoutedDesign, "block" | "nodes">): Uint8Array | undefined {
  let found = false;
  const registers = Uint8Array.from(block.kinds, (kind, node) => {
    const component = nodes.componentOfNode[node]!;
    const isOne =
      kind === NodeKind.StandardCell && component >= 0 && REGISTER.test(nodes.masters[component]!.name);
    found ||= isOne;
    return isOne ? 1 : 0;
  });
  return found ? registers : undefined;
}
