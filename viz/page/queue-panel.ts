// The queue of a run that computes on other machines: its jobs by state, how fast they are done, and its workers.
import type { QueueState, RunState } from "../protocol.js";
import { fill, h } from "./dom.js";

const MOST_LISTED = 12;

export class QueuePanel {
  private readonly heading = h("span", { class: "heading-note", id: "queue-rate" });
  private readonly jobs = h("p", { class: "note", id: "queue-jobs" });
  private readonly list = h("ul", {});
  private queue: QueueState | undefined;
  private state: RunState = "block";
  /** Hidden for a run that computes on the machine where it was started. */
  readonly element = h(
    "section",
    { id: "queue", hidden: true },
    h("h2", {}, "Queue", this.heading),
    this.jobs,
    this.list,
  );

  /** Shows what the run has told of its queue, or that it runs no more. */
  show({ queue = this.queue, state = this.state }: { queue?: QueueState; state?: RunState }): void {
    this.queue = queue;
    this.state = state;
    if (!queue) return;
    const { server, jobs, workers, per_second } = queue;
    const lives = state === "running";
    this.element.hidden = false;
    this.heading.textContent = lives
      ? `${counted(workers.length, "worker")}, ${per_second.toFixed(1)} jobs/s`
      : "as it was at the end";
    const troubles = [
      [jobs.issued_again, "issued again"],
      [jobs.late, "late answers dropped"],
      [jobs.given_up, "given up as too slow"],
    ] as const;
    this.jobs.textContent = [
      ...(lives ? [`${whole(jobs.waiting)} waiting`, `${whole(jobs.active)} computed now`] : []),
      `${whole(jobs.done)} done`,
      ...troubles.flatMap(([count, what]) => (count > 0 ? [`${whole(count)} ${what}`] : [])),
    ].join(", ");
    this.jobs.title = server;
    const shown = lives ? workers.slice(0, MOST_LISTED) : [];
    const more = lives ? workers.length - shown.length : 0;
    fill(
      this.list,
      ...shown.map(({ name, threads, running, done, per_second: rate }) =>
        h(
          "li",
          {},
          h("bdi", {}, name),
          h(
            "div",
            { class: "note" },
            `${running} of ${counted(threads, "thread")} busy, ${whole(done)} done, ${rate.toFixed(1)}/s`,
          ),
        ),
      ),
      more > 0 && h("li", { class: "note" }, `and ${whole(more)} more`),
    );
  }
}

function whole(count: number): string {
  return count.toLocaleString("en-US");
}

function counted(count: number, what: string): string {
  return `${whole(count)} ${what}${count === 1 ? "" : "s"}`;
}
