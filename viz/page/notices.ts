// The line in which the page says what has happened, and what failed.
import { byId, fill, h } from "./dom.js";

/** How long a notice is shown, in ms. */
const NOTICE_TIME = 6000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something in one line; what `stays` until it is closed is a problem. */
export function notice(text: string, { stays = false } = {}): void {
  const line = byId("notice");
  const close = () => {
    line.hidden = true;
  };
  const button = h("button", { class: "link", "aria-label": "Close this message", onclick: close }, "×");
  fill(line, h("span", {}, text), button);
  line.classList.toggle("problem", stays);
  line.hidden = false;
  clearTimeout(timer);
  if (!stays) timer = setTimeout(close, NOTICE_TIME);
}
