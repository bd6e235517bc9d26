// Placements that somebody has edited in the viewer: saved in the run's folder, found there again, and written as other files.
import { join } from "node:path";
import {
  type Block,
  defPieces,
  defPlacesOf,
  InputError,
  isFile,
  isInputError,
  macroPlacementTcl,
  makeFolder,
  NodeKind,
  namesIn,
  type Placement,
  plcText,
  readPlc,
  statusOf,
  writeFileAtomically,
  writeNewFile,
} from "../netlist/index.js";
import type { EditFormat, SavedEdit } from "../viz/index.js";
import { stampOf } from "./file-stamp.js";
import { byNames } from "./given-places.js";
import type { ViewedDesign } from "./view-frame.js";

/** What edits are of. */
export interface EditedView {
  readonly block: Block;
  readonly design: ViewedDesign;
  /** The run's folder; undefined for a block. */
  readonly run: string | undefined;
  /** The block or the run's folder, as it was named. */
  readonly path: string;
}

export class ViewEdits {
  private readonly view: EditedView;
  /** Number of the last edit that was saved here. */
  private last = 0;
  /** Of the DEF file when it was read. */
  private readonly designStamp: number;

  constructor(view: EditedView) {
    this.view = view;
    this.designStamp = stampOf(view.design.loaded?.design.path ?? "");
  }

  /** The file of an edit with this id, if there is one. */
  fileOf(id: string): string | undefined {
    const { run } = this.view;
    const edit = editsOf(run).find((name) => name === `${id}.plc`);
    const file = join(run ?? "", "edits", edit ?? "");
    return edit !== undefined && isFile(file) ? file : undefined;
  }

  async save(placement: Placement, locked: readonly number[]): Promise<SavedEdit> {
    const { run, design } = this.view;
    if (run === undefined)
      throw new InputError("save", "a block has no run folder to save in", "download the placement instead");
    if (!statusOf(run)?.isDirectory())
      throw new InputError(run, "the run's folder is gone", "download the placement instead");
    const folder = join(run, "edits");
    makeFolder(folder);
    // No number twice, though edits were deleted, or other viewers of the run save theirs.
    for (const name of editsOf(run)) this.last = Math.max(this.last, numberOf(name));
    for (;;) {
      const name = `edit-${++this.last}.plc`;
      const text = this.plcTextOf(placement, locked, name);
      if (!(await writeNewFile(join(folder, name), text))) continue;
      const file = `edits/${name}`;
      try {
        if (design.loaded)
          for (const format of ["def", "tcl"] as const)
            await writeFileAtomically(
              join(folder, name.replace(/plc$/, format)),
              this.piecesOf(placement, format),
            );
        return { file };
      } catch (error) {
        if (!isInputError(error)) throw error;
        return { file, problem: error.message };
      }
    }
  }

  async exported(placement: Placement, locked: readonly number[], format: EditFormat): Promise<Uint8Array> {
    const { block, design } = this.view;
    if (format === "plc") return Buffer.from(this.plcTextOf(placement, locked, `${block.name}.plc`));
    if (!design.loaded)
      throw new InputError(format, `'${block.name}' is no DEF design`, "download it as .plc");
    const pieces: Uint8Array[] = [];
    for await (const piece of this.piecesOf(placement, format)) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces);
  }

  /** Locked macros are fixed in it. */
  private plcTextOf(placement: Placement, locked: readonly number[], thisFile: string): string {
    const { block } = this.view;
    const fixed = block.fixed.slice();
    for (const node of locked) fixed[node] = 1;
    return plcText({ ...block, fixed }, placement, { thisFile });
  }

  /** The design's macros where a placement of the block has macros of the same names, as `convert` writes them. */
  private piecesOf(
    placement: Placement,
    format: "def" | "tcl",
  ): AsyncIterable<string | Uint8Array> | string[] {
    const { block, path: named } = this.view;
    const design = this.view.design.loaded!;
    const { path } = design.design;
    if (stampOf(path) !== this.designStamp)
      throw new InputError(path, "has changed since the viewer was started", "start the viewer again");
    const placed = byNames(named, { block, placement }, design.block);
    const places = defPlacesOf(design, placed);
    if (format === "def") return defPieces(design, places);
    return [macroPlacementTcl(design, places, { exact: true })];
  }
}

/** Names of the edits saved in a run's folder. */
export function editsOf(run: string | undefined): string[] {
  const folder = join(run ?? "", "edits");
  if (run === undefined || !statusOf(folder)?.isDirectory()) return [];
  return namesIn(folder).filter((name) => /^edit-\d{1,9}\.plc$/.test(name));
}

/** Movable hard macros that a saved edit has as fixed: they were locked. */
export async function lockedIn(path: string, block: Block): Promise<number[]> {
  const { lines } = await readPlc(path);
  const fixed = new Set(lines.filter((line) => line.fixed).map(({ index }) => index));
  const locked: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro && !block.fixed[node] && fixed.has(block.fileIndices[node]!))
      locked.push(node);
  return locked;
}

function numberOf(edit: string): number {
  return Number(/\d+/.exec(edit)![0]);
}
