// Placements of other methods as examples for a policy: each is played as an episode, which settles its cells and
// scores it like any other.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Episode, InfeasibleActionError, Judge, MACRO_ORDERS, type MacroOrder } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, fileNameOf, InputError, type Placement, readPlacement } from "../netlist/index.js";
import { ForceDirectedPlacer } from "../placer/index.js";
import type { Elite } from "../policy/index.js";

/**
 * Episodes from the run folders `BLOCK` and `BLOCK-…` in `folder`, cheapest first, for each of the blocks. Throws
 * `InputError` where a block has none or a placement cannot be played: macros beside cell centres, a macro on a cell
 * that its mask forbids.
 */
export async function readTeachers(
  folder: string,
  blocks: readonly Block[],
  order: MacroOrder,
): Promise<readonly (readonly Elite[])[]> {
  if (!existsSync(folder))
    throw new InputError(folder, "no such folder", "give --teach one with a run folder for every block");
  const runs = readdirSync(folder).sort();
  const teachers: (readonly Elite[])[] = [];
  for (const block of blocks) {
    const own = fileNameOf(block.name);
    const paths = runs
      .filter((name) => name === own || name.startsWith(`${own}-`))
      .map((name) => join(folder, name, "best.plc"))
      .filter((path) => existsSync(path));
    if (paths.length === 0)
      throw new InputError(
        folder,
        `holds no run of '${block.name}'`,
        `place it first: ashlar place … --method anneal --out ${join(folder, own)}`,
      );
    const judge = new Judge(Kernels.create(), block);
    const episode = new Episode(judge, new ForceDirectedPlacer(judge), MACRO_ORDERS[order](block));
    const elites: Elite[] = [];
    for (const path of paths) elites.push(playPlacement(episode, await readPlacement(path, block), path));
    teachers.push(elites.sort((a, b) => a.proxyCost - b.proxyCost));
  }
  return teachers;
}

function playPlacement(episode: Episode, placement: Placement, path: string): Elite {
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
      throw new InputError(path, `${where} does not stand on the centre of a grid cell`, "use --protocol fd");
    const cell = y * grid.columns + x;
    try {
      episode.place(cell);
    } catch (error) {
      if (!(error instanceof InfeasibleActionError)) throw error;
      throw new InputError(
        path,
        `${where} may not go where it stands`,
        "give legal placements of this block",
      );
    }
    cells.push(cell);
  }
  return { proxyCost: episode.finish().proxyCost, cells };
}
