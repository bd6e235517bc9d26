// The picture of what a reward model foretells against what came true, a panel per label.
import { isHeldOut, REWARD_LABELS, type RewardBlock, type RewardModel } from "../policy/index.js";
import { type ChartPanel, renderPanelsSvg } from "../viz/index.js";

/** `known` blocks were learnt from, of them the held-out placements count; of `unseen` ones all do. */
export function predictionScatter(
  model: RewardModel,
  known: readonly RewardBlock[],
  unseen: readonly RewardBlock[],
): string {
  const groups = [
    { label: "blocks never seen", points: unseen.flatMap((block) => pointsOf(model, block, () => true)) },
    { label: "held-out placements", points: known.flatMap((block) => pointsOf(model, block, isHeldOut)) },
  ].filter(({ points }) => points.length > 0);
  const panels = REWARD_LABELS.map(
    (title, label): ChartPanel => ({
      title,
      xLabel: "true cost, in deviations from its block's mean",
      yLabel: "foretold",
      series: groups.map((group) => ({
        label: group.label,
        xs: group.points.map(({ actual }) => actual[label]!),
        ys: group.points.map(({ foretold }) => foretold[label]!),
        dots: true,
      })),
    }),
  );
  return renderPanelsSvg(panels, { title: "What the reward model foretells, and what came true" });
}

function pointsOf(model: RewardModel, block: RewardBlock, counts: (sample: number) => boolean) {
  const indices = [...block.labels.keys()].filter(counts);
  return model
    .predict(block, indices)
    .map((foretold, row) => ({ foretold, actual: block.labels[indices[row]!]! }));
}
