/** Sizes of a policy network with every part, small enough to train in a test. */
export const SMALL_NETWORK = {
  width: 8,
  rounds: 2,
  trunk: 16,
  deconvolutionChannels: [8, 4],
  cellHidden: 8,
  valueHidden: 8,
};
