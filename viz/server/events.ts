// The event stream: one open response per page. A page that reconnects gets the current state.
import type { ServerResponse } from "node:http";
import type { ViewEvent } from "../protocol.js";

/**
 * Most pages at a time, because each open response takes a socket. Pages with the token of the printed address replace
 * others.
 */
export const MOST_STREAMS = 32;
/** Pages that stop reading are disconnected at this many bytes buffered. Their browsers reconnect. */
const MOST_WAITING = 16 * 2 ** 20;
/** Time between comment lines, in ms. They keep proxies open and reveal dead sockets. */
const KEEP_ALIVE = 15_000;

export const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-store" };

export class EventStreams {
  /** Open responses, the oldest first, and whether their pages have the token. */
  private readonly open = new Map<ServerResponse, boolean>();
  private readonly beat: NodeJS.Timeout;

  constructor() {
    this.beat = setInterval(() => this.write(": still here\n\n"), KEEP_ALIVE);
    this.beat.unref();
  }

  /**
   * Answers a request with the stream, which starts with the events `first`. Returns false if there are too many pages.
   * A trusted page is always taken; if necessary it replaces the oldest one, preferably one without the token.
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
