// "What moved the policy?": the probability of the chosen cell, and what it would be without the strongest nodes.
import { fill, h } from "./dom.js";
import { count } from "./format.js";
import { type Influence, strongest, WEIGHINGS, type Weighing } from "./influences.js";
import type { SceneState } from "./scene-state.js";
import { tellingNames } from "./telling-names.js";

const MOST_LISTED = 10;
/** Characters of a name that fit into a line. */
const LONGEST_NAME = 26;
const NAMES: Readonly<Record<Weighing, string>> = {
  change: "change of the probability",
  attention: "attention",
};

const SIGNS: Readonly<Record<Influence["speaks"], readonly [sign: string, says: string]>> = {
  for: ["+", "more probable with it"],
  against: ["−", "less probable with it"],
  neither: ["·", "makes no difference that is known"],
};

export function influencePanel(scene: SceneState): HTMLElement {
  const element = h("section", { id: "influences", hidden: true });
  const refresh = () => {
    const { influences: state, layers, block } = scene;
    element.hidden = !layers.shown("influences") || !state.decision || !state.hasPolicy;
    if (element.hidden) return;
    const { influences: found, reason } = state;
    const heading = h("h2", {}, "What moved the policy?");
    if (!found) {
      fill(element, heading, h("p", { class: "note", id: "influences-reason" }, sentence(reason ?? "")));
      return;
    }
    const hasAttention = found.attention.length > 0;
    const all = strongest(found, state.weighing);
    const listed = all.slice(0, MOST_LISTED);
    const names = shortNames(listed.map(({ nodes }) => nameOf(block.nodeNames, nodes)));
    const tried = found.changes.filter((change) => !Number.isNaN(change)).length;
    const nodes = found.changes.length - 1;
    fill(
      element,
      heading,
      h("p", { class: "name" }, block.nodeNames[found.macro]!),
      h(
        "p",
        { class: "note", id: "influences-text" },
        `The marked cell had a probability of ${percent(Math.exp(found.logProbability))}.`,
      ),
      hasAttention && weighingChoice(scene),
      all.length === 0
        ? h("p", { class: "note" }, "It is the same without any one of the nodes.")
        : h(
            "div",
            { class: "list" },
            h("h3", {}, hasAttention ? "Attention, and probability without" : "Probability without"),
            h("ul", {}, ...listed.map((each, i) => line(scene, each, names[i]!))),
          ),
      h(
        "p",
        { class: "note", id: "influences-tried" },
        tried < nodes
          ? `${count(tried)} of ${count(nodes)} nodes were taken out, the heaviest neighbours first.`
          : `Each of ${count(nodes)} nodes was taken out once.`,
      ),
      h(
        "p",
        { class: "note" },
        h("span", { class: "for" }, "+"),
        " with the node the cell is more probable, ",
        h("span", { class: "against" }, "−"),
        " less (dashed)",
      ),
    );
  };
  scene.influences.on("change", refresh);
  scene.layers.on("change", refresh);
  return element;
}

function weighingChoice({ influences }: SceneState): HTMLElement {
  const choice = h(
    "select",
    {
      id: "weighing",
      "aria-label": "Order and width by",
      onchange: () => {
        influences.weighing = choice.value as Weighing;
      },
    },
    ...WEIGHINGS.map((value) =>
      h("option", { value, selected: value === influences.weighing }, `by ${NAMES[value]}`),
    ),
  );
  return choice;
}

function line(scene: SceneState, influence: Influence, short: string): HTMLElement {
  const { block, influences } = scene;
  const { nodes, change, attention, speaks } = influence;
  const name = nameOf(block.nodeNames, nodes);
  const { macro, logProbability } = influences.influences!;
  const isItself = nodes.length === 1 && nodes[0] === macro;
  const without = Number.isNaN(change)
    ? isItself
      ? "itself"
      : "not tried"
    : percent(Math.exp(logProbability - change));
  const [sign, says] = SIGNS[speaks];
  return h(
    "li",
    {},
    h(
      "button",
      { class: "link line", title: name, onclick: () => scene.select(nodes) },
      h("span", { class: "path" }, h("bdi", {}, short)),
      !Number.isNaN(attention) && h("span", { class: "count" }, percent(attention)),
      h("span", { class: "count" }, without),
      h("span", { class: speaks, role: "img", "aria-label": says, title: says }, sign),
    ),
  );
}

/** The longest forms that fit and that tell the names from each other. */
function shortNames(names: readonly string[]): string[] {
  const formsOf = tellingNames(names);
  return names.map((name, i) => {
    const forms = [name, ...formsOf(i)];
    return forms.find(({ length }) => length <= LONGEST_NAME) ?? forms.at(-1)!;
  });
}

/** The node's name, or of a cluster of ports the first one's and how many more there are. */
function nameOf(names: readonly string[], nodes: Int32Array): string {
  const first = names[nodes[0] ?? -1] ?? "";
  return nodes.length > 1 ? `${first} and ${count(nodes.length - 1)} more ports` : first;
}

/** A probability with two significant digits, and more near 100 %. */
export function percent(share: number): string {
  const value = 100 * share;
  const text = value >= 99 ? value.toFixed(2) : value >= 10 ? value.toFixed(0) : value.toPrecision(2);
  return `${Number(text)} %`;
}

function sentence(text: string): string {
  const whole = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
