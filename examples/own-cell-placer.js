// A cell placer of your own: every soft macro goes to the mean place of its nets, as if it had no area.
//   ashlar place BLOCK --method anneal --cell-placer ./own-cell-placer.js --budget 30s
const SOFT_MACRO = 1; // NodeKind.SoftMacro

export default {
  name: "no-area",

  create({ block, placement }) {
    const { netCount, netStarts, netPins, pinNodes, nodeCount, kinds, fixed, canvas } = block;
    const moving = [...Array(nodeCount).keys()].filter((node) => kinds[node] === SOFT_MACRO && !fixed[node]);
    const sweep = () => {
      const sums = Array.from({ length: nodeCount }, () => [0, 0, 0]);
      for (let net = 0; net < netCount; net++) {
        const nodes = [...netPins.subarray(netStarts[net], netStarts[net + 1])].map((pin) => pinNodes[pin]);
        for (const node of nodes)
          for (const other of nodes)
            if (other !== node && !Number.isNaN(placement.xs[other])) {
              sums[node][0] += placement.xs[other];
              sums[node][1] += placement.ys[other];
              sums[node][2]++;
            }
      }
      for (const node of moving) {
        const [x, y, count] = sums[node];
        if (count > 0) [placement.xs[node], placement.ys[node]] = [x / count, y / count];
      }
    };
    return {
      name: "no-area",
      placeSoftMacros() {
        // From the centre: the same hard macros must give the same result.
        for (const node of moving)
          [placement.xs[node], placement.ys[node]] = [canvas.width / 2, canvas.height / 2];
        for (let i = 0; i < 20; i++) sweep();
      },
      estimateSoftMacros: () => {}, // only policies and greedy look at estimates
    };
  },
};
