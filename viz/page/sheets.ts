// On a small screen the canvas comes first: the panels are sheets below it, of which one at a time is open, and the
// choices of the bar move into the first of them.
import { byId, h } from "./dom.js";

/** Screens that are too narrow or too low for panels beside the canvas; page.css has the same condition. */
export const SMALL = "(max-width: 760px), (max-height: 500px)";

const SHEETS = { left: "Layers", right: "Costs", foot: "Time" } as const;
type Sheet = keyof typeof SHEETS;
/** Parts of the bar that move into a sheet. */
const MOVED = ["shown-field", "compare-field", "search-field"] as const;

export function sheets(): void {
  const small = matchMedia(SMALL);
  const home = h("section", { id: "choices", "aria-label": "Placement and search" });
  const buttons = new Map<Sheet, HTMLButtonElement>();
  const show = (sheet: Sheet | undefined) => {
    if (sheet) document.body.dataset.sheet = sheet;
    else delete document.body.dataset.sheet;
    for (const [name, button] of buttons) button.setAttribute("aria-expanded", String(name === sheet));
  };
  for (const name of Object.keys(SHEETS) as Sheet[]) {
    const toggle = () => show(document.body.dataset.sheet === name ? undefined : name);
    const button = h("button", { id: `sheet-${name}`, "aria-controls": name, onclick: toggle }, SHEETS[name]);
    buttons.set(name, button);
  }
  byId("foot").after(h("nav", { id: "sheets", "aria-label": "Panels" }, ...buttons.values()));
  const arrange = () => {
    show(undefined);
    if (small.matches) {
      home.append(byId("follow-field"), ...MOVED.map(byId));
      byId("left").prepend(home);
    } else {
      byId("state").after(byId("follow-field"));
      for (const id of MOVED) byId("tools").before(byId(id));
      home.remove();
    }
  };
  small.addEventListener("change", arrange);
  arrange();
}
