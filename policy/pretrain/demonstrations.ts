// Placements of other methods as demonstrations for a policy: each is played as an episode, which places its soft macros
// anew and scores it like any other.
import { Episode, InfeasibleActionError, Judge, MACRO_ORDERS, type MacroOrder } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { type Block, InputError, type Placement } from "../../netlist/index.js";
import { makeCellPlacer, type Protocol } from "../../placer/index.js";
import type { Elite } from "../ppo/train-checkpoint.js";

/** A placement to learn from, and what errors call it: mostly its file. */
export interface Demonstration {
  readonly placement: Placement;
  readonly source: string;
}

/**
 * Demonstrations as episodes that training begins with and imitates, cheapest first. Throws `InputError` for a
 * placement that cannot be played: a macro that is not on a cell's centre, or on a cell that its mask forbids.
 */
export function playDemonstrations(
  block: Block,
  demonstrations: readonly Demonstration[],
  { order, protocol = "fd" }: { readonly order: MacroOrder; readonly protocol?: Protocol },
): readonly Elite[] {
  const judge = new Judge(Kernels.create(), block);
  const episode = new Episode(judge, makeCellPlacer(protocol, judge), { macros: MACRO_ORDERS[order](block) });
  return demonstrations
    .map((demonstration) => playDemonstration(episode, demonstration))
    .sort((a, b) => a.proxyCost - b.proxyCost);
}

function playDemonstration(episode: Episode, { placement, source }: Demonstration): Elite {
  const { block } = episode.judge;
  const { canvas, grid } = block;
  episode.reset();
  const cells: number[] = [];
  for (const macro of episode.macros) {
    const column = (placement.xs[macro]! / canvas.width) * grid.columns - 0.5;
    const row = (placement.ys[macro]! / canvas.height) * grid.rows - 0.5;
    const [x, y] = [Math.round(column), Math.round(row)];
    const where = `macro '${block.nodeNames[macro]}'`;
    if (!(Math.abs(column - x) < 0.01 && Math.abs(row - y) < 0.01))
      throw new InputError(source, `${where} is not on the centre of a grid cell`, "use --protocol fd");
    const cell = y * grid.columns + x;
    try {
      episode.place(cell);
    } catch (error) {
      if (!(error instanceof InfeasibleActionError)) throw error;
      throw new InputError(
        source,
        `${where} may not be placed where it is`,
        "give legal placements of this block",
      );
    }
    cells.push(cell);
  }
  return { proxyCost: episode.finish().proxyCost, cells };
}
