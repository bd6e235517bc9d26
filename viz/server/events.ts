// The event stream: one response per attached page, kept open. A page that comes back gets the state anew.
import type { ServerResponse } from "node:http";
import type { ViewEvent } from "../protocol.js";

/** More pages than this are refused: a response kept open costs a socket. */
export const MOST_STREAMS = 32;
/** What waits for a page that takes nothing, bytes: beyond this it is cut off. Its browser attaches it anew. */
const MOST_WAITING = 16 * 2 ** 20;
/** Comment lines keep proxies and dead sockets honest, ms. */
const KEEP_ALIVE = 15_000;

export const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-store" };

export class EventStreams {
  private readonly open = new Set<ServerResponse>();
  private readonly beat: NodeJS.Timeout;

  constructor() {
    this.beat = setInterval(() => this.write(": still here\n\n"), KEEP_ALIVE);
    this.beat.unref();
  }

  /** Answers a request with the stream; `first` is told at once. False if there are too many already. */
  attach(response: ServerResponse, first: readonly ViewEvent[]): boolean {
    if (this.open.size >= MOST_STREAMS) return false;
    response.writeHead(200, STREAM_HEADERS);
    response.write("retry: 1000\n\n");
    for (const event of first) response.write(textOf(event));
    this.open.add(response);
    response.on("close", () => this.open.delete(response));
    return true;
  }

  send(event: ViewEvent): void {
    this.write(textOf(event));
  }

  close(): void {
    clearInterval(this.beat);
    for (const response of this.open) response.end();
    this.open.clear();
  }

  private write(text: string): void {
    for (const response of this.open) {
      if (response.writableLength <= MOST_WAITING) response.write(text);
      else {
        this.open.delete(response);
        response.destroy();
      }
    }
  }
}

function textOf(event: ViewEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
