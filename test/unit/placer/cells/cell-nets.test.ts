// Nets of the electrostatic placer: smooth wirelength and its slopes, and the quadratic start.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix, solve } from "ml-matrix";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, copyPlacement, NodeKind, type Placement, Random } from "../../../../netlist/index.js";
import { CellNets } from "../../../../placer/cells/cell-nets.js";
import { randomPlacement, smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";
import { smoothWirelengthTwin } from "../../../twins/electrostatic-twin.js";

function softNets(block: Block, placement: Placement) {
  const judge = new Judge(Kernels.create(), block);
  const nets = new CellNets(judge, (node) => block.kinds[node] === NodeKind.SoftMacro);
  judge.placement.xs.set(placement.xs);
  judge.placement.ys.set(placement.ys);
  judge.placement.orientations.set(placement.orientations);
  nets.readPlacement();
  return { judge, nets, run: judge.kernels.run };
}

/** Pairs of the moving nodes. */
function slopesOf({ nets, run, judge }: ReturnType<typeof softNets>, gamma: number) {
  const value = run.smoothWirelength(nets.state.address, 0, nets.netCount, gamma);
  const slopes = judge.kernels.f32(2 * nets.movingCount);
  run.gatherPins(nets.state.address, 0, nets.movingCount, slopes.byteOffset);
  return { value, slopes };
}

test("smooth wirelength and its slopes equal the plain formula and its finite differences", () => {
  for (const seed of [1, 2, 3])
    for (const share of [0.3, 0.03, 0.002]) {
      const block = smallBlock(seed);
      const placement = randomPlacement(block, Random.stream(seed, "places"));
      const tools = softNets(block, placement);
      const gamma = share * block.canvas.width;
      const { value, slopes } = slopesOf(tools, gamma);
      // Nets of standing nodes alone do not count here.
      const still = smoothWirelengthTwin(standingNets(block), placement, gamma);
      const expected = smoothWirelengthTwin(block, placement, gamma) - still;
      assertClose([value], [expected], 1e-5, "length");
      const h = 1e-4 * gamma;
      const differences: number[] = [];
      for (let i = 0; i < tools.nets.movingCount; i++)
        for (const axis of ["xs", "ys"] as const) {
          const at = (shift: number) => {
            const moved = copyPlacement(placement);
            moved[axis][tools.nets.nodes[i]!]! += shift;
            return smoothWirelengthTwin(block, moved, gamma);
          };
          differences.push((at(h) - at(-h)) / (2 * h));
        }
      assertClose(slopes, differences, 2e-4, `slopes, γ ${share}`);
    }
});

/** The block with the weight of every net at a soft macro set to 0. */
function standingNets(block: Block): Block {
  const netWeights = block.netWeights.slice();
  for (let net = 0; net < block.netCount; net++)
    for (let i = block.netStarts[net]!; i < block.netStarts[net + 1]!; i++)
      if (block.kinds[block.pinNodes[block.netPins[i]!]!] === NodeKind.SoftMacro) netWeights[net] = 0;
  return { ...block, netWeights };
}

test("nets can be done in parts, and a net at a node without a place does not count", () => {
  const block = smallBlock(4);
  const placement = randomPlacement(block, Random.stream(4, "places"));
  const whole = slopesOf(softNets(block, placement), 20);
  const tools = softNets(block, placement);
  const { nets, run, judge } = tools;
  let sum = 0;
  for (let net = 0; net < nets.netCount; net += 7)
    sum += run.smoothWirelength(nets.state.address, net, Math.min(net + 7, nets.netCount), 20);
  const slopes = judge.kernels.f32(2 * nets.movingCount);
  run.gatherPins(nets.state.address, 0, nets.movingCount, slopes.byteOffset);
  assert.deepEqual([...slopes], [...whole.slopes]);
  assertClose([sum], [whole.value], 1e-6);

  // Slopes without the lengths have the same bits.
  slopes.fill(0);
  run.smoothWireSlopes(nets.state.address, 0, nets.netCount, 30);
  run.smoothWireSlopes(nets.state.address, 0, nets.netCount, 20);
  run.gatherPins(nets.state.address, 0, nets.movingCount, slopes.byteOffset);
  assert.deepEqual([...slopes], [...whole.slopes]);

  const lost = copyPlacement(placement);
  const macro = block.kinds.indexOf(NodeKind.HardMacro);
  lost.xs[macro] = Number.NaN;
  const without = slopesOf(softNets(block, lost), 20);
  const weightless = block.netWeights.slice();
  for (let net = 0; net < block.netCount; net++)
    for (let i = block.netStarts[net]!; i < block.netStarts[net + 1]!; i++)
      if (block.pinNodes[block.netPins[i]!] === macro) weightless[net] = 0;
  const expected = slopesOf(softNets({ ...block, netWeights: weightless }, placement), 20);
  assert.ok(expected.value < whole.value);
  assertClose([without.value], [expected.value], 1e-6);
  assertClose(without.slopes, expected.slopes, 1e-5);
});

test("the quadratic start solves the system of stars", () => {
  const block = smallBlock(5);
  const placement = randomPlacement(block, Random.stream(5, "places"));
  const { nets, run, judge } = softNets(block, placement);
  const { kernels } = judge;
  const star = nets.makeStarStart();
  const start = nets.places.slice();
  run.placeByStars(star.address, 60);
  // Every star is a clique of springs of weight / (n (n - 1)).
  const count = nets.movingCount;
  const system = Matrix.zeros(count, count);
  const right = Matrix.zeros(count, 2);
  const offsets = (pin: number) => {
    const { pointXOffsets, pointYOffsets } = judge.nets;
    assert.equal(placement.orientations[nets.nodes[0]!], 0);
    return [pointXOffsets[nets.pinPoints[pin]!]!, pointYOffsets[nets.pinPoints[pin]!]!] as const;
  };
  const pointAt = (pin: number, axis: 0 | 1) => {
    const node = nets.pinNodes[pin]!;
    if (node < count) return offsets(pin)[axis];
    const points = axis === 0 ? "pointXs" : "pointYs";
    const address = judge.state.get(points);
    return new Float64Array(kernels.handle.memory.buffer, address, judge.nets.pointCount)[
      nets.pinPoints[pin]!
    ]!;
  };
  judge.evaluate(placement);
  for (let net = 0; net < nets.netCount; net++) {
    const [first, end] = [nets.netStarts[net]!, nets.netStarts[net + 1]!];
    const spring = nets.weights[net]! / ((end - first) * (end - first - 1));
    for (let a = first; a < end; a++)
      for (let b = first; b < end; b++) {
        const [i, j] = [nets.pinNodes[a]!, nets.pinNodes[b]!];
        if (i >= count || a === b) continue;
        system.set(i, i, system.get(i, i) + spring);
        if (j < count) system.set(i, j, system.get(i, j) - spring);
        for (const axis of [0, 1] as const)
          right.set(i, axis, right.get(i, axis) + spring * (pointAt(b, axis) - pointAt(a, axis)));
      }
  }
  const expected = solve(system, right).to1DArray();
  assertClose(nets.places.subarray(0, 2 * count), expected, 1e-6);
  assert.deepEqual(nets.places.subarray(2 * count), start.subarray(2 * count), "what stands stays");
});
