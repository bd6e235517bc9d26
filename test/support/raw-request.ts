// HTTP requests byte by byte, as no well-behaved client sends them.
import { connect } from "node:net";

export interface RawAnswer {
  /** 0 if the server closed the connection without an answer. */
  readonly status: number;
  readonly text: string;
  /** False if the answer was not whole and the server had not ended the connection. */
  readonly complete: boolean;
}

/** How long a server may be silent, ms: a machine with much else to do is slow, and no test fails for that. */
const PATIENCE = 60_000;

/**
 * Sends bytes to a port of this machine and reads until the server is done, has been silent for `patience` ms, or has said
 * `enough`.
 */
export function rawRequest(
  port: number,
  bytes: string | Uint8Array,
  {
    patience = PATIENCE,
    enough = () => false,
  }: { readonly patience?: number; readonly enough?: (text: string) => boolean } = {},
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    const done = (complete: boolean) => {
      socket.destroy();
      const text = Buffer.concat(pieces).toString("latin1");
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text, complete });
    };
    socket.setTimeout(patience, () => done(false));
    socket.on("data", (piece) => {
      pieces.push(piece);
      // A kept-alive connection does not close: the answer is complete with its declared length.
      const text = Buffer.concat(pieces).toString("latin1");
      const head = text.indexOf("\r\n\r\n");
      const length = /content-length: (\d+)/i.exec(text.slice(0, Math.max(0, head)))?.[1];
      if (head >= 0 && length !== undefined && text.length >= head + 4 + Number(length)) done(true);
      else if (enough(text)) done(false);
    });
    socket.on("end", () => done(true));
    socket.on("error", () => done(true));
    socket.on("connect", () => socket.write(bytes));
  });
}

/** A request line with the headers that the server wants. */
export function requestText(
  method: string,
  target: string,
  port: number,
  headers: Readonly<Record<string, string>> = {},
): string {
  const all = { host: `127.0.0.1:${port}`, connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}
