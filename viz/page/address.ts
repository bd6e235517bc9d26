// Keeps the page's address up to date with what is shown, and brings back what an address tells: after a reload, from a
// link, and on the way back and forward.
import { Latest } from "./latest.js";
import { type PageState, stateOf, stateText } from "./page-state.js";

/** Time from a change until it is in the address, ms. Browsers limit how often an address may change. */
const DELAY = 200;

export interface AddressHost {
  /** What is shown. */
  state(): PageState;
  /** Shows it, as long as `isWanted`: somebody may go back twice before the first step is there. */
  restore(state: PageState, isWanted: () => boolean): Promise<void>;
}

export class Address {
  private readonly host: AddressHost;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether a change since the last time is one to come back from. */
  private isStep = false;
  private restoring = 0;
  private readonly states = new Latest();

  constructor(host: AddressHost) {
    this.host = host;
    window.addEventListener("popstate", () => void this.bringBack());
  }

  get idle(): boolean {
    return this.timer === undefined && this.restoring === 0;
  }

  /**
   * Tells that something else is shown. A step, such as another placement, can be taken back by the browser's button; the
   * rest, such as panning, only changes the present address.
   */
  note(isStep: boolean): void {
    if (this.restoring > 0) return;
    this.isStep ||= isStep;
    this.timer ??= setTimeout(() => this.write(), DELAY);
  }

  /** Shows what the address tells. */
  async bringBack(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.restoring++;
    try {
      await this.host.restore(stateOf(location.hash), this.states.begin());
    } finally {
      this.restoring--;
      this.isStep = false;
    }
  }

  private write(): void {
    this.timer = undefined;
    const text = stateText(this.host.state());
    const { isStep } = this;
    this.isStep = false;
    if (`#${text}` === location.hash || (text === "" && location.hash === "")) return;
    const address = `${location.pathname}${location.search}${text === "" ? "" : `#${text}`}`;
    try {
      if (isStep) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
    } catch {
      // The browser wants a pause, or forbids it to files from disk; the next change tries again.
    }
  }
}
