// Small valid policies and blocks that inputs are mutations of.
import {
  type Block,
  emptyPlacement,
  generateBlock,
  Random,
  writePbNetlist,
  writePlc,
} from "../../netlist/index.js";
import {
  freshParameters,
  type Policy,
  parseTrainSettings,
  type TrainCheckpoint,
} from "../../policy/index.js";
import { randomPlacement } from "../../test/support/blocks.js";

const SMALL = { width: 4, rounds: 1, trunk: 4, deconvolutionChannels: [4], cellHidden: 4, valueHidden: 4 };
/** Settings of training that takes a moment. */
export const SMALL_SETTINGS = { episodes: 8, experimental: { network: SMALL } };

function settingsOfTraining() {
  return parseTrainSettings(SMALL_SETTINGS);
}

export function smallNetwork(): Policy {
  const { network: config } = settingsOfTraining().experimental;
  return { config, parameters: freshParameters(config, 1), notes: { made: '{"by":"hand","of":[1,2]}' } };
}

/** A checkpoint of training on two blocks of so many nodes, with everything that a state may hold. */
export function smallTraining(): { nodeCounts: readonly number[]; checkpoint: TrainCheckpoint } {
  const { config, parameters } = smallNetwork();
  const { length } = parameters;
  const places = emptyPlacement(3);
  places.xs.set([1.5, 2, 3]);
  places.ys.set([0.1, 0.2, 0.3]);
  const costs = {
    wirelength: 100,
    wirelengthCost: 0.1,
    densityCost: 0.5,
    congestionCost: 0.7,
    proxyCost: 0.7,
  };
  const settings = settingsOfTraining();
  return {
    nodeCounts: [3, 2],
    checkpoint: {
      settings: { ...settings, experimental: { ...settings.experimental, network: config } },
      seed: 1,
      parameters,
      adam: { first: new Float32Array(length), second: new Float32Array(length).fill(1), steps: 5 },
      state: {
        iteration: 2,
        episodes: 16,
        blocks: [
          {
            order: "area",
            scale: { mean: 1, deviation: 0.5 },
            elites: [{ proxyCost: 0.7, cells: [1, 2, 3] }],
            best: { placement: places, costs, iteration: 1 },
          },
          {},
        ],
      },
    },
  };
}

/** A generated block of a few macros, all of them placed, in the files of a block's folder. */
export async function writeSmallBlock(folder: string): Promise<Block> {
  const generated = generateBlock({ seed: 3, macros: 5, softMacros: 8, ports: 8 });
  const block = { ...generated, initial: randomPlacement(generated, Random.stream(1, "seed"), 0) };
  await writePbNetlist(`${folder}/netlist.pb.txt`, block, block.initial, { canvas: block.canvas });
  await writePlc(`${folder}/initial.plc`, block, block.initial);
  return block;
}
