// Broken files of the block formats, one file of a small valid set at a time.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Block,
  DEFAULT_ROUTING,
  loadBlock,
  loadDef,
  NetlistDraft,
  NodeKind,
  pbNetlistPieces,
  plcText,
} from "../../netlist/index.js";
import { blockOf } from "../../test/support/blocks.js";
import { CONTEST_SET, TINY_SET } from "../../test/unit/netlist/formats/bookshelf/tiny-set.js";
import { FUZZ_DEF, TINY_LEF } from "../../test/unit/netlist/formats/lefdef/tiny-design.js";
import { checkAccepted, checkDesign } from "./accepted-block.js";
import { brokenFile, pick } from "./mutations.js";
import type { Subject } from "./subject.js";

/** One node of every kind. The block is small, so that mutations hit something that matters. */
function seedBlock(): Block {
  const draft = new NetlistDraft();
  const port = draft.addPort("in", 0, 50);
  const macro = draft.addNode(NodeKind.HardMacro, "ram", 20, 10);
  const [a, b] = [draft.addPin(macro, "ram/a", -10, 1.5), draft.addPin(macro, "ram/b", 10, -2)];
  const second = draft.addPin(draft.addNode(NodeKind.HardMacro, "rom", 8, 6), "rom/q", 1, 1);
  const soft = draft.addNode(NodeKind.SoftMacro, "Grp_0", 8, 8);
  const [input, output] = [draft.addPin(soft, "Grp_0/Pinput"), draft.addPin(soft, "Grp_0/Poutput_single_0")];
  const cell = draft.addPin(draft.addNode(NodeKind.StandardCell, "u1", 1, 2), "u1");
  draft.addNet(port, [a, input, second], 3);
  draft.addNet(b, [cell, input]);
  draft.addNet(output, [cell, a]);
  const blockages = [{ left: 1, bottom: 1, right: 9, top: 9, rate: 1 }];
  return blockOf(draft, { blockages }, { ram: [30, 30], rom: [70, 20], Grp_0: [60, 60], u1: [10, 90] });
}

const SEED = seedBlock();
/** Without standard cells, as a block is usually placed: it is written again in its own form. */
const NETLIST = {
  "netlist.pb.txt": [...pbNetlistPieces("seed", SEED, SEED.initial, { canvas: SEED.canvas })].join(""),
  "initial.plc": plcText(SEED, SEED.initial),
};
const DESIGN = { "top.def": FUZZ_DEF, "cells.lef": TINY_LEF };

function blockFolder(files: Readonly<Record<string, string>>, broken: readonly string[]): Subject {
  return filesSubject(files, broken, async (folder) => checkAccepted(await loadBlock(folder), folder));
}

async function readDesign(folder: string): Promise<void> {
  const loaded = await loadDef(join(folder, "top.def"), { defaultRouting: DEFAULT_ROUTING });
  await checkAccepted(loaded.block, folder);
  await checkDesign(loaded, folder, join(folder, "cells.lef"));
}

/** A set of text files of which every input breaks one. */
export function filesSubject(
  files: Readonly<Record<string, string>>,
  broken: readonly string[],
  read: (folder: string) => Promise<unknown>,
): Subject {
  return async (folder) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    await read(folder);
    const opened = {
      bytes: 0,
      run: async (random: Parameters<typeof brokenFile>[1]) => {
        const name = pick(random, broken);
        const bytes = brokenFile(files[name]!, random);
        opened.bytes = bytes.length;
        writeFileSync(join(folder, name), bytes);
        try {
          await read(folder);
        } finally {
          writeFileSync(join(folder, name), files[name]!);
        }
      },
    };
    return opened;
  };
}

export const BLOCK_SUBJECTS: Readonly<Record<string, Subject>> = {
  "pb.txt": blockFolder(NETLIST, ["netlist.pb.txt"]),
  plc: blockFolder(NETLIST, ["initial.plc"]),
  bookshelf: blockFolder(TINY_SET, Object.keys(TINY_SET)),
  contest: blockFolder(CONTEST_SET, ["t.nodes", "t.nets", "t.pl", "t.shapes", "t.route"]),
  def: filesSubject(DESIGN, ["top.def"], readDesign),
  lef: filesSubject(DESIGN, ["cells.lef"], readDesign),
};
