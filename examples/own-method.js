// A placement method of your own: macros go from the left to the right of the canvas, each to the lowest free cell.
// Every attempt draws how far a macro may stray; attempts run on worker threads and the best placement is kept.
//   ashlar place BLOCK --method ./own-method.js --budget 10s
//   ashlar compare BLOCK --methods ./own-method.js,anneal --budget 10s
export default {
  name: "columns",
  description: "fills the canvas column by column",
  module: import.meta.url, // worker threads import the placer from here
  settings: { stray: { least: 0.5, most: 8, meaning: "columns that a macro may be off" } },
  starts: [{ stray: 0.5 }],

  /** Puts every macro on a cell; soft macros and orientations come afterwards. False at a dead end. */
  place(context, { settings }, random) {
    const { episode } = context.environment("area");
    const { columns } = context.judge.block.grid;
    episode.reset();
    while (!episode.complete && !episode.deadEnd) {
      let best = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let cell = 0; cell < episode.mask.length; cell++) {
        if (episode.mask[cell] === 0) continue;
        const score = (cell % columns) + settings.stray * random.uniform();
        if (score < least) [least, best] = [score, cell];
      }
      episode.place(best);
    }
    return episode.complete;
  },
};
