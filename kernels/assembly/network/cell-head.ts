// The last two layers of the policy, the same for every grid cell: inputs to hidden with ReLU, hidden to one logit,
// plus a prior plane times a scale. Everything is a plane [· x cells], so eight neighbouring cells share each weight.
// `hidden` is a multiple of 4.
import { laneSum, madd } from "./vector";

/** Logit of a cell that must not be chosen; its probability is exactly 0. */
const MASKED_LOGIT: f32 = -1e30;

/**
 * hiddens [hidden x cells] = relu(weights [hidden x channels] · inputs [channels x cells] + biases [hidden]) and
 * logits [cells] = outWeights [hidden] · hiddens + outBias + priorScale · prior [cells], masked where mask is 0.
 * @param prior address of a plane, or 0 for none
 * @param mask one byte per cell, 0 = infeasible
 */
export function cellHead(
  inputs: usize, weights: usize, biases: usize, outWeights: usize, outBias: f32,
  prior: usize, priorScale: f32, mask: usize,
  hiddens: usize, logits: usize, channels: i32, hidden: i32, cells: i32,
): void {
  const plane = <usize>cells << 2;
  const step = <usize>channels << 2;
  const zero = f32x4.splat(0);
  const scale = f32x4.splat(priorScale);
  const masked = f32x4.splat(MASKED_LOGIT);
  let cell = 0;
  for (; cell + 8 <= cells; cell += 8) {
    const at = <usize>cell << 2;
    let logit0 = f32x4.splat(outBias);
    let logit1 = logit0;
    for (let h = 0; h < hidden; h += 4) {
      const bias = biases + (<usize>h << 2);
      let h00 = v128.load_splat<f32>(bias);
      let h01 = h00;
      let h10 = v128.load_splat<f32>(bias, 4);
      let h11 = h10;
      let h20 = v128.load_splat<f32>(bias, 8);
      let h21 = h20;
      let h30 = v128.load_splat<f32>(bias, 12);
      let h31 = h30;
      let input = inputs + at;
      let weight = weights + <usize>h * step;
      for (let k = 0; k < channels; k++) {
        const x0 = v128.load(input);
        const x1 = v128.load(input, 16);
        let w = v128.load_splat<f32>(weight);
        h00 = madd(h00, w, x0);
        h01 = madd(h01, w, x1);
        w = v128.load_splat<f32>(weight + step);
        h10 = madd(h10, w, x0);
        h11 = madd(h11, w, x1);
        w = v128.load_splat<f32>(weight + step * 2);
        h20 = madd(h20, w, x0);
        h21 = madd(h21, w, x1);
        w = v128.load_splat<f32>(weight + step * 3);
        h30 = madd(h30, w, x0);
        h31 = madd(h31, w, x1);
        input += plane;
        weight += 4;
      }
      h00 = f32x4.pmax(h00, zero);
      h01 = f32x4.pmax(h01, zero);
      h10 = f32x4.pmax(h10, zero);
      h11 = f32x4.pmax(h11, zero);
      h20 = f32x4.pmax(h20, zero);
      h21 = f32x4.pmax(h21, zero);
      h30 = f32x4.pmax(h30, zero);
      h31 = f32x4.pmax(h31, zero);
      let out = hiddens + <usize>h * plane + at;
      v128.store(out, h00);
      v128.store(out, h01, 16);
      out += plane;
      v128.store(out, h10);
      v128.store(out, h11, 16);
      out += plane;
      v128.store(out, h20);
      v128.store(out, h21, 16);
      out += plane;
      v128.store(out, h30);
      v128.store(out, h31, 16);
      const outWeight = outWeights + (<usize>h << 2);
      let v = v128.load_splat<f32>(outWeight);
      logit0 = madd(logit0, v, h00);
      logit1 = madd(logit1, v, h01);
      v = v128.load_splat<f32>(outWeight, 4);
      logit0 = madd(logit0, v, h10);
      logit1 = madd(logit1, v, h11);
      v = v128.load_splat<f32>(outWeight, 8);
      logit0 = madd(logit0, v, h20);
      logit1 = madd(logit1, v, h21);
      v = v128.load_splat<f32>(outWeight, 12);
      logit0 = madd(logit0, v, h30);
      logit1 = madd(logit1, v, h31);
    }
    if (prior != 0) {
      logit0 = madd(logit0, scale, v128.load(prior + at));
      logit1 = madd(logit1, scale, v128.load(prior + at, 16));
    }
    const bytes = v128.load_ext<u8>(mask + cell);
    const closed0 = i32x4.eq(i32x4.extend_low_i16x8_u(bytes), zero);
    const closed1 = i32x4.eq(i32x4.extend_high_i16x8_u(bytes), zero);
    v128.store(logits + at, v128.bitselect(masked, logit0, closed0));
    v128.store(logits + at, v128.bitselect(masked, logit1, closed1), 16);
  }
  for (; cell < cells; cell++) {
    const at = <usize>cell << 2;
    let logit = outBias;
    for (let h = 0; h < hidden; h++) {
      let sum = load<f32>(biases + (<usize>h << 2));
      let input = inputs + at;
      let weight = weights + <usize>h * step;
      for (let k = 0; k < channels; k++) {
        sum += load<f32>(weight) * load<f32>(input);
        input += plane;
        weight += 4;
      }
      if (sum < 0) sum = 0;
      store<f32>(hiddens + <usize>h * plane + at, sum);
      logit += load<f32>(outWeights + (<usize>h << 2)) * sum;
    }
    if (prior != 0) logit += priorScale * load<f32>(prior + at);
    store<f32>(logits + at, load<u8>(mask + cell) ? logit : MASKED_LOGIT);
  }
}

/**
 * Gradient of the last layer and its ReLU. Writes dHiddens [hidden x cells] (before the ReLU) and dBiases [hidden]
 * = its row sums; adds to dOutWeights [hidden]. The products with inputs and weights are left to `matmul`'s
 * gradients.
 */
export function cellHeadBackward(
  dLogits: usize, hiddens: usize, outWeights: usize,
  dHiddens: usize, dBiases: usize, dOutWeights: usize, hidden: i32, cells: i32,
): void {
  const zero = f32x4.splat(0);
  for (let h = 0; h < hidden; h++) {
    const outWeight = load<f32>(outWeights);
    const weight = f32x4.splat(outWeight);
    let biasSums = zero;
    let weightSums = zero;
    let dLogit = dLogits;
    let cell = 0;
    for (; cell + 4 <= cells; cell += 4) {
      const d = v128.load(dLogit);
      const value = v128.load(hiddens);
      const dHidden = v128.and(f32x4.mul(weight, d), f32x4.gt(value, zero));
      v128.store(dHiddens, dHidden);
      biasSums = f32x4.add(biasSums, dHidden);
      weightSums = madd(weightSums, value, d);
      dLogit += 16;
      hiddens += 16;
      dHiddens += 16;
    }
    let biasSum = laneSum(biasSums);
    let weightSum = laneSum(weightSums);
    for (; cell < cells; cell++) {
      const d = load<f32>(dLogit);
      const value = load<f32>(hiddens);
      const dHidden: f32 = value > 0 ? outWeight * d : 0;
      store<f32>(dHiddens, dHidden);
      biasSum += dHidden;
      weightSum += value * d;
      dLogit += 4;
      hiddens += 4;
      dHiddens += 4;
    }
    store<f32>(dBiases, biasSum);
    store<f32>(dOutWeights, load<f32>(dOutWeights) + weightSum);
    outWeights += 4;
    dBiases += 4;
    dOutWeights += 4;
  }
}
