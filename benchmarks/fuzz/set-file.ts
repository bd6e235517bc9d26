// Broken sets of generated blocks. Every block that a set accepts can be generated, and is a block that we accept.
import { join } from "node:path";
import { generateSetBlock, readBlockSet } from "../../flow/index.js";
import { checkAccepted } from "./accepted-block.js";
import { filesSubject } from "./block-files.js";
import type { Subject } from "./subject.js";

const SET = {
  name: "seed",
  description: "three blocks",
  training: [
    {
      name: "a",
      family: "flat",
      seed: 1,
      macros: 6,
      softMacros: 8,
      ports: 8,
      utilisation: 0.4,
      blockages: 1,
    },
    { name: "b-2", family: "cache", seed: 2, macros: 4, softMacros: 8, fixedMacros: 1, aspect: 1.5 },
  ],
  heldOut: [{ name: "c_3", family: "memory", seed: 3, macros: 5, softShare: 0.3 }],
};
/** Larger ones take seconds to generate. */
const MOST_NODES = 60;

export const BLOCK_SET_SUBJECT: Subject = filesSubject(
  { "set.json": JSON.stringify(SET, null, 1) },
  ["set.json"],
  async (folder) => {
    const { training, heldOut } = readBlockSet(join(folder, "set.json"));
    for (const entry of [...training, ...heldOut])
      if (entry.macros + (entry.softMacros ?? 0) + (entry.ports ?? 0) <= MOST_NODES)
        await checkAccepted(generateSetBlock(entry), folder);
  },
);
