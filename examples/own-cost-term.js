// A cost term of your own: hard macros should stand near an edge of the canvas. It counts in every cost, search and reward.
//   ashlar place BLOCK --method anneal --cost-term ./own-cost-term.js=0.5 --budget 30s
const HARD_MACRO = 0; // NodeKind.HardMacro

export default {
  name: "edge_distance",
  module: import.meta.url, // worker threads import the term from here

  /** Mean distance of the macros' centres from the nearest edge, in half canvas sides: 0 at the edge, 1 in the middle. */
  evaluate({ nodeCount, kinds, canvas }, { xs, ys }) {
    let sum = 0;
    let macros = 0;
    for (let node = 0; node < nodeCount; node++) {
      if (kinds[node] !== HARD_MACRO || Number.isNaN(xs[node])) continue;
      const x = xs[node] / canvas.width;
      const y = ys[node] / canvas.height;
      sum += 2 * Math.max(0, Math.min(x, 1 - x, y, 1 - y));
      macros++;
    }
    return macros === 0 ? 0 : sum / macros;
  },
};
