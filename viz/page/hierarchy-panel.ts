// The browser of the hierarchy: a tree of modules, by mouse and keys. A module selects its macros.
import { fill, h, icon } from "./dom.js";
import { count } from "./format.js";
import type { Module, ModuleRow } from "./hierarchy.js";
import type { SceneState } from "./scene-state.js";

/** More rows are not listed. */
const MOST_ROWS = 500;
const UNDER_A_MAP = "Under a map macros are outlines without colours.";

export function hierarchyPanel(scene: SceneState): HTMLElement {
  const { hierarchy } = scene;
  const tree = h("ul", {
    role: "tree",
    id: "modules",
    "aria-label": "Modules",
    "aria-multiselectable": "true",
  });
  const coloured = h("input", {
    type: "checkbox",
    id: "colour-modules",
    onchange: () => {
      hierarchy.coloured = coloured.checked;
    },
  });
  const isEmpty = hierarchy.modules.length === 0;
  const note = h("p", { class: "note", id: "modules-note" });
  /** The row that the Tab key leads to. */
  let current = 0;
  let rows: readonly ModuleRow[] = [];

  const choose = ({ macros }: Module, add: boolean) => {
    const isWhole = macros.every((node) => scene.selection.has(node));
    if (!add) scene.select(macros);
    // With Shift a module that is selected leaves the selection, others join it.
    else scene.select(isWhole ? macros : macros.filter((node) => !scene.selection.has(node)), true);
  };
  const go = (index: number) => {
    current = Math.max(0, Math.min(rows.length - 1, index));
    refresh();
    (tree.children[current] as HTMLElement | undefined)?.focus();
  };
  const onKey = (event: KeyboardEvent, index: number) => {
    const { module, level, isOpen } = rows[index]!;
    const hasChildren = module.children.length > 0;
    const parent = () => {
      let at = index;
      while (at > 0 && rows[at]!.level >= level) at--;
      return rows[at]!.level < level ? at : index;
    };
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(index + 1),
      ArrowUp: () => go(index - 1),
      ArrowRight: () => (isOpen ? go(index + 1) : hasChildren && hierarchy.setOpen(module, true)),
      ArrowLeft: () => (isOpen ? hierarchy.setOpen(module, false) : go(parent())),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      Enter: () => choose(module, event.shiftKey),
      " ": () => choose(module, event.shiftKey),
    };
    const act = acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const itemOf = ({ module, level, isOpen, colour }: ModuleRow, index: number): HTMLElement => {
    const hasChildren = module.children.length > 0;
    const isSelected =
      scene.selection.size >= module.macros.length &&
      module.macros.every((node) => scene.selection.has(node));
    const toggle = (event: MouseEvent) => {
      event.stopPropagation();
      current = index;
      hierarchy.setOpen(module, !isOpen);
    };
    return h(
      "li",
      {
        role: "treeitem",
        title: module.path,
        tabindex: index === current ? 0 : -1,
        "aria-level": level,
        "aria-selected": String(isSelected),
        ...(hasChildren && { "aria-expanded": String(isOpen) }),
        style: `padding-left:${14 * level - 12}px`,
        onclick: (event: MouseEvent) => {
          current = index;
          choose(module, event.shiftKey || event.ctrlKey || event.metaKey);
          go(index);
        },
        onkeydown: (event: KeyboardEvent) => onKey(event, index),
      },
      h("span", { class: "twist", ...(hasChildren && { onclick: toggle }) }, hasChildren && icon("play")),
      hierarchy.coloured &&
        colour !== undefined &&
        h("span", { class: "swatch", style: `background:${colour}` }),
      h("span", { class: "path" }, h("bdi", {}, module.label)),
      h("span", { class: "count" }, count(module.macros.length)),
    );
  };
  const refresh = () => {
    const hadFocus = tree.contains(document.activeElement);
    rows = hierarchy.rows;
    current = Math.max(0, Math.min(current, rows.length - 1, MOST_ROWS - 1));
    fill(tree, ...rows.slice(0, MOST_ROWS).map(itemOf));
    if (hadFocus) (tree.children[current] as HTMLElement | undefined)?.focus();
    coloured.checked = hierarchy.coloured;
    const more = rows.length - MOST_ROWS;
    const texts = [
      isEmpty && "All macros are in one module, or their names have no levels separated by /.",
      !isEmpty && hierarchy.top !== "" && `Below ${hierarchy.top}.`,
      more > 0 && `${count(more)} more are not listed.`,
      hierarchy.coloured && scene.isUnderMap && UNDER_A_MAP,
    ].filter(Boolean);
    note.textContent = texts.join(" ");
    note.hidden = texts.length === 0;
  };
  hierarchy.on("change", refresh);
  scene.on("selection", refresh);
  scene.on("map", () => hierarchy.coloured && refresh());
  refresh();
  return h(
    "section",
    { id: "hierarchy", hidden: scene.hardMacros.length === 0 },
    h("h2", {}, "Hierarchy", h("span", { class: "heading-note" }, "macros")),
    ...(isEmpty ? [] : [h("label", { class: "check" }, coloured, h("span", {}, "Colour by module")), tree]),
    note,
  );
}
