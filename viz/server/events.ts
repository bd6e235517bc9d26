// The event stream: one response per attached page, kept open. A page that comes back gets the state anew.
import type { ServerResponse } from "node:http";
import type { ViewEvent } from "../protocol.js";

/**
 * Pages attached at once: a response kept open costs a socket. Those that know the token of the printed address take the
 * place of others.
 */
export const MOST_STREAMS = 32;
/** What waits for a page that takes nothing, bytes: beyond this it is cut off. Its browser attaches it anew. */
const MOST_WAITING = 16 * 2 ** 20;
/** Comment lines keep proxies and dead sockets honest, ms. */
const KEEP_ALIVE = 15_000;

export const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-store" };

export class EventStreams {
  /** Attached pages, the longest attached first, and whether each knows the token. */
  private readonly open = new Map<ServerResponse, boolean>();
  private readonly beat: NodeJS.Timeout;

  constructor() {
    this.beat = setInterval(() => this.write(": still here\n\n"), KEEP_ALIVE);
    this.beat.unref();
  }

  /**
   * Answers a request with the stream; `first` is told at once. False if there are too many already. A page that is
   * trusted is always taken: if need be, the page longest attached goes, one without the token first.
   */
  attach(response: ServerResponse, first: readonly ViewEvent[], trusted: boolean): boolean {
    if (this.open.size >= MOST_STREAMS) {
      if (!trusted) return false;
      const pages = [...this.open];
      this.drop((pages.find(([, known]) => !known) ?? pages[0]!)[0]);
    }
    response.writeHead(200, STREAM_HEADERS);
    response.write("retry: 1000\n\n");
    for (const event of first) response.write(textOf(event));
    this.open.set(response, trusted);
    response.on("close", () => this.open.delete(response));
    return true;
  }

  send(event: ViewEvent): void {
    this.write(textOf(event));
  }

  close(): void {
    clearInterval(this.beat);
    for (const response of this.open.keys()) response.end();
    this.open.clear();
  }

  private write(text: string): void {
    for (const response of this.open.keys()) {
      if (response.writableLength <= MOST_WAITING) response.write(text);
      else this.drop(response);
    }
  }

  private drop(response: ServerResponse): void {
    this.open.delete(response);
    response.destroy();
  }
}

function textOf(event: ViewEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
