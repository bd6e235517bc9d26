// Printing: ink is dark and paper is light, so the page prints in the light theme, whichever it is shown in.
import type { Panes } from "./panes.js";
import type { ThemeState } from "./theme.js";

export function printInLight(theme: ThemeState, panes: Panes): void {
  let shown = theme.name;
  const show = (name: ThemeState["name"]) => {
    if (theme.name !== name) theme.show(name);
    // The browser does not wait for the next frame.
    for (const { view } of panes.all) view.drawNow();
  };
  window.addEventListener("beforeprint", () => {
    shown = theme.name;
    show("light");
  });
  window.addEventListener("afterprint", () => show(shown));
}
