// The light and the dark theme: colours of viz/palette.ts for the canvas, and as CSS custom properties for the page.
import { type Colours, DARK, LIGHT } from "../palette.js";
import { memory } from "./dom.js";
import { Emitter } from "./emitter.js";

export type ThemeName = "light" | "dark";

export class ThemeState extends Emitter<{ change: undefined }> {
  name: ThemeName;

  constructor() {
    super();
    const asked = new URLSearchParams(location.search).get("theme");
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    this.name = asked === "light" || asked === "dark" ? asked : memory.read<ThemeName>("theme", system);
    this.apply();
  }

  get colours(): Colours {
    return this.name === "dark" ? DARK : LIGHT;
  }

  toggle(): void {
    this.name = this.name === "dark" ? "light" : "dark";
    memory.write("theme", this.name);
    this.apply();
    this.emit("change", undefined);
  }

  /** Shows a theme for a while, without keeping it for the next visit. */
  show(name: ThemeName): void {
    this.name = name;
    this.apply();
    this.emit("change", undefined);
  }

  private apply(): void {
    const root = document.documentElement;
    root.dataset.theme = this.name;
    const { page, ink, muted, faint, die, edge, hard, soft, port, link, wrong } = this.colours;
    const values = { page, ink, muted, faint, die, edge, hard, soft, port, link, wrong };
    for (const [name, value] of Object.entries(values)) root.style.setProperty(`--${name}`, value);
    this.colours.series.forEach((colour, index) => {
      root.style.setProperty(`--series-${index}`, colour);
    });
  }
}
