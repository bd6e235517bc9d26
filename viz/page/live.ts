// The server's event stream. The browser connects again by itself; until then the page says that it is cut off.
import type { RunMetrics, RunState, ViewEvent } from "../protocol.js";

export interface LiveListener {
  readonly onState: (state: RunState) => void;
  readonly onMetrics: (run: RunMetrics) => void;
  /** The run has other frames than before. */
  readonly onFrames: () => void;
  readonly onConnection: (connected: boolean) => void;
}

/** After an error that ends the stream for good, it is opened anew after this long, ms. */
const AGAIN = 1000;

export function followLive(listener: LiveListener): void {
  // With the token of the printed address the page keeps its place among many.
  const token = new URLSearchParams(location.search).get("token");
  const address = token === null ? "/api/events" : `/api/events?token=${encodeURIComponent(token)}`;
  let source = new EventSource(address);
  const attach = () => {
    const on = (type: ViewEvent["type"]) =>
      source.addEventListener(type, (message) => tell(listener, JSON.parse((message as MessageEvent).data)));
    for (const type of ["state", "metrics", "frames"] as const) on(type);
    source.addEventListener("open", () => listener.onConnection(true));
    source.addEventListener("error", () => {
      listener.onConnection(false);
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(() => {
        source = new EventSource(address);
        attach();
      }, AGAIN);
    });
  };
  attach();
}

function tell(listener: LiveListener, event: ViewEvent): void {
  if (event.type === "state") listener.onState(event.state);
  else if (event.type === "metrics") listener.onMetrics(event.run);
  else listener.onFrames();
}
