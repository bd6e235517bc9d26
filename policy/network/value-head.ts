// The value head: trunk, means of the planes and state to a hidden layer to one number.
import { ENUMS, type KernelExports, type Kernels } from "../../kernels/index.js";
import type { NetworkConfig } from "./network-config.js";
import type { ParameterAddresses } from "./parameters.js";
import { Workspace } from "./workspace.js";

const RELU = ENUMS.MatmulMode.relu;

export class ValueHead {
  private readonly run: KernelExports;
  private readonly inputs: number;
  private readonly trunk: number;
  private readonly hidden: number;
  private readonly at: { readonly hidden: number; readonly dHidden: number };
  private readonly weights: Addresses;
  private readonly dWeights: Addresses;
  private readonly outputBias: Float32Array;
  private readonly dOutputBias: Float32Array;

  constructor(
    kernels: Kernels,
    config: NetworkConfig,
    addresses: ParameterAddresses,
    dAddresses: ParameterAddresses,
  ) {
    const workspace = new Workspace<"hidden" | "dHidden">(kernels);
    this.run = kernels.run;
    this.inputs = valueInputs(config);
    this.trunk = config.trunk;
    this.hidden = config.valueHidden;
    this.at = workspace.lay({ hidden: this.hidden, dHidden: this.hidden });
    this.weights = addressesOf(addresses);
    this.dWeights = addressesOf(dAddresses);
    this.outputBias = workspace.view(addresses.of("value.output.bias"), 1);
    this.dOutputBias = workspace.view(dAddresses.of("value.output.bias"), 1);
  }

  /** The value of `input` [trunk | plane means | state]; an address. */
  forward(input: number): number {
    const { run, at, weights, hidden } = this;
    run.matmul(input, weights.hidden, weights.hiddenBias, at.hidden, 1, this.inputs, hidden, RELU);
    return Math.fround(run.dotProduct(at.hidden, weights.output, hidden) + this.outputBias[0]!);
  }

  /** Adds gradients of the last `forward`: of the parameters, and of the trunk to `dTrunk`, an address. */
  backward(input: number, dValue: number, dTrunk: number): void {
    const { run, at, weights, dWeights, hidden } = this;
    run.addScaledInto(dWeights.output, at.hidden, dValue, hidden);
    this.dOutputBias[0] = this.dOutputBias[0]! + dValue;
    run.clearNumbers(at.dHidden, hidden);
    run.addScaledInto(at.dHidden, weights.output, dValue, hidden);
    run.reluBackward(at.hidden, at.dHidden, hidden);
    const { hidden: dHidden, hiddenBias: dBias } = dWeights;
    run.denseBackward(
      input,
      weights.hidden,
      at.dHidden,
      dHidden,
      dBias,
      dTrunk,
      this.inputs,
      hidden,
      this.trunk,
    );
  }
}

/** Length of the vector that enters the value head. */
export function valueInputs({ trunk, planes, stateFeatures }: NetworkConfig): number {
  return trunk + planes + stateFeatures;
}

interface Addresses {
  readonly hidden: number;
  readonly hiddenBias: number;
  readonly output: number;
}

function addressesOf(addresses: ParameterAddresses): Addresses {
  return {
    hidden: addresses.of("value.hidden.weight"),
    hiddenBias: addresses.of("value.hidden.bias"),
    output: addresses.of("value.output.weight"),
  };
}
