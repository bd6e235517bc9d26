// The timeline: play, step and scrub through a run's best placements or a policy's episode.
import { h, type IconName, icon } from "./dom.js";
import { Emitter } from "./emitter.js";
import { count } from "./format.js";

export type TimeSource = "best" | "episode";
const NAMES: Readonly<Record<TimeSource, string>> = {
  best: "best placements",
  episode: "policy's episode",
};
/** Steps per second at speed 1. */
const RATE: Readonly<Record<TimeSource, number>> = { best: 12, episode: 8 };
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

export class Timeline extends Emitter<{ step: number; source: TimeSource }> {
  readonly element: HTMLElement;
  source: TimeSource = "best";
  index = 0;
  private length = 0;
  private playing = 0;
  private lastStep = 0;
  private speed = 1;
  /** Steps that are on their way: until they are there, no other is gone to. */
  private awaited = 0;
  private readonly play: HTMLButtonElement;
  private readonly slider: HTMLInputElement;
  private readonly text = h("output", { id: "time-text" });
  private readonly choice: HTMLSelectElement;

  constructor() {
    super();
    this.play = h(
      "button",
      { id: "play", title: "Play or pause (space)", onclick: () => this.toggle() },
      icon("play"),
    );
    this.slider = h("input", {
      type: "range",
      id: "scrub",
      min: 0,
      value: 0,
      step: 1,
      "aria-label": "Step",
      oninput: () => {
        this.stop();
        this.go(Number(this.slider.value));
      },
    });
    this.choice = h("select", {
      id: "time-source",
      "aria-label": "What is replayed",
      onchange: () => {
        this.stop();
        this.source = this.choice.value as TimeSource;
        this.emit("source", this.source);
      },
    });
    const speed = h(
      "select",
      {
        id: "speed",
        "aria-label": "Speed",
        onchange: () => {
          this.speed = Number(speed.value);
        },
      },
      ...SPEEDS.map((value) => h("option", { value, selected: value === 1 }, `${value}×`)),
    );
    const step = (by: number, sign: IconName, title: string) =>
      h("button", { title, "aria-label": title, onclick: () => this.step(by) }, icon(sign));
    this.element = h(
      "div",
      { id: "timeline", role: "group", "aria-label": "Replay" },
      this.choice,
      step(-1, "back", "One step back ( , )"),
      this.play,
      step(1, "on", "One step on ( . )"),
      this.slider,
      this.text,
      speed,
    );
  }

  /** Sets what can be replayed. */
  offer(sources: readonly TimeSource[]): void {
    this.choice.replaceChildren(...sources.map((source) => h("option", { value: source }, NAMES[source])));
    this.choice.hidden = sources.length < 2;
    if (sources[0] && !sources.includes(this.source)) this.source = sources[0];
    this.choice.value = this.source;
  }

  /** Sets the number of steps. If the last one was shown, the new last one is. */
  resize(length: number): void {
    const atEnd = this.index >= this.length - 1;
    this.length = length;
    this.slider.max = String(Math.max(0, length - 1));
    if (atEnd || this.index >= length) this.index = Math.max(0, length - 1);
    this.refresh();
  }

  get steps(): number {
    return this.length;
  }

  /** Waits for what is to be replayed: meanwhile the timeline stands still, as its steps are those of something else. */
  async heldUntil<T>(there: Promise<T>): Promise<T> {
    this.stop();
    this.awaited++;
    this.refresh();
    try {
      return await there;
    } finally {
      this.awaited--;
      this.refresh();
    }
  }

  go(index: number): void {
    if (this.length === 0 || this.awaited > 0) return;
    this.index = Math.min(this.length - 1, Math.max(0, index));
    this.refresh();
    this.emit("step", this.index);
  }

  step(by: number): void {
    this.stop();
    this.go(this.index + by);
  }

  toggle(): void {
    if (this.playing) this.stop();
    else this.start();
  }

  stop(): void {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.play.replaceChildren(icon("play"));
    this.play.setAttribute("aria-pressed", "false");
  }

  get isPlaying(): boolean {
    return this.playing !== 0;
  }

  private start(): void {
    if (this.length < 2 || this.awaited > 0) return;
    if (this.index >= this.length - 1) this.go(0);
    this.play.replaceChildren(icon("pause"));
    this.play.setAttribute("aria-pressed", "true");
    this.lastStep = 0;
    const tick = (now: number) => {
      this.playing = requestAnimationFrame(tick);
      if (this.lastStep === 0) this.lastStep = now;
      const steps = Math.floor(((now - this.lastStep) / 1000) * RATE[this.source] * this.speed);
      if (steps < 1) return;
      this.lastStep = now;
      this.go(this.index + steps);
      if (this.index >= this.length - 1) this.stop();
    };
    this.playing = requestAnimationFrame(tick);
  }

  private refresh(): void {
    this.slider.value = String(this.index);
    const isStill = this.length < 2 || this.awaited > 0;
    this.slider.disabled = isStill;
    this.play.disabled = isStill;
    this.text.textContent =
      this.length > 0 ? `${count(this.index + 1)} / ${count(this.length)}` : "nothing yet";
  }
}
