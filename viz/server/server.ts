// The viewer's server: node:http on the loopback interface. It answers a fixed table of addresses and the ids of listed
// placements; no part of a request ever becomes a path. Writes need the token of the printed address. Requests with
// another host name are refused, so that no other site can reach it by DNS rebinding.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { type Block, InputError, type Placement } from "../../netlist/index.js";
import { type Packed, pack, unpack } from "../packing.js";
import { type Asset, pageAssets } from "../page-file.js";
import {
  EDIT_FORMATS,
  type EditFormat,
  lockedOf,
  type SavedEdit,
  unpackPlacement,
  type ViewData,
  type ViewEvent,
} from "../protocol.js";
import { Connections } from "./connections.js";
import { EventStreams, STREAM_HEADERS } from "./events.js";

/** The block or run that is shown. */
export interface ViewSource extends ViewData {
  readonly blockItself: Block;
  /** What there is now, as events: those with which a page begins to listen. */
  present(): readonly ViewEvent[];
  /** Reports events until the returned function is called. `onBug` gets errors of reading. */
  watch(listener: (event: ViewEvent) => void, onBug: (error: unknown) => void): () => void;
  /** Saves an edited placement in the run's folder, with nodes that are locked. */
  save(placement: Placement, locked: readonly number[]): Promise<SavedEdit>;
  /** An edited placement as the bytes of a file. */
  exported(placement: Placement, locked: readonly number[], format: EditFormat): Promise<Uint8Array>;
}

export interface ViewServer {
  /** Address of the page, with the token. */
  readonly address: string;
  readonly port: number;
  readonly token: string;
  close(): Promise<void>;
}

/** Largest upload of a placement in bytes: per node 17, and up to 9 for its number if it is locked; and the header. */
const bodyLimit = (block: Block) => 26 * block.nodeCount + 4096;
const LONGEST_ADDRESS = 2048;
/** Time limits for a whole request and for its headers, in ms. */
const REQUEST_TIMEOUT = 20_000;
const HEADERS_TIMEOUT = 5_000;
/** Time between checks of these limits, in ms. Node's default is 30 s. */
const CHECK_EVERY = 2_000;
const COMPRESS_FROM = 1024;
/** Within one machine larger answers are there sooner as they are: of a million cells, ten seconds sooner. */
const COMPRESS_UP_TO = 2 ** 24;

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Serves `source` on 127.0.0.1. Port 0 means any free one. `onBug` gets unexpected errors; the page is only told that
 * there was one. Throws `InputError` if the port is not available.
 */
export async function startViewServer(
  source: ViewSource,
  port = 0,
  onBug: (error: unknown) => void = () => {},
): Promise<ViewServer> {
  const token = randomBytes(24).toString("base64url");
  const assets = pageAssets();
  const streams = new EventStreams();
  const server = createServer({
    requestTimeout: REQUEST_TIMEOUT,
    headersTimeout: HEADERS_TIMEOUT,
    connectionsCheckingInterval: CHECK_EVERY,
    maxHeaderSize: 16_384,
  });
  const connections = new Connections(server);
  const handler = new Handler({
    source,
    assets,
    streams,
    connections,
    token: Buffer.from(token),
    port: () => portOf(server),
    onBug,
  });
  server.on("request", (request, response) => void handler.answer(request, response));
  server.on("clientError", (_error, socket) => {
    // A browser connects before it has a question, and would take an answer to none for that to its next one.
    const wasAsked = (socket as Socket).bytesRead > 0;
    if (wasAsked && socket.writable) socket.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    connections.linger(socket as Socket);
  });
  await listen(server, port);
  let unwatch: () => void;
  try {
    unwatch = source.watch((event) => streams.send(event), onBug);
  } catch (error) {
    server.close();
    throw error;
  }
  return {
    address: `http://127.0.0.1:${portOf(server)}/?token=${token}`,
    port: portOf(server),
    token,
    close: async () => {
      unwatch();
      streams.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections(); // after closing, so that no connection comes in between
      await closed;
    },
  };
}

interface Answer extends Asset {
  /** Given if the answer never changes while the server runs: it is compressed once. */
  readonly key?: string;
}

class Handler {
  private readonly compressed = new Map<string, Buffer>();
  private readonly source: ViewSource;
  private readonly assets: ReadonlyMap<string, Asset>;
  private readonly streams: EventStreams;
  private readonly connections: Connections;
  private readonly token: Buffer;
  private readonly port: () => number;
  private readonly onBug: (error: unknown) => void;

  constructor(parts: {
    readonly source: ViewSource;
    readonly assets: ReadonlyMap<string, Asset>;
    readonly streams: EventStreams;
    readonly connections: Connections;
    readonly token: Buffer;
    readonly port: () => number;
    readonly onBug: (error: unknown) => void;
  }) {
    this.source = parts.source;
    this.assets = parts.assets;
    this.streams = parts.streams;
    this.connections = parts.connections;
    this.token = parts.token;
    this.port = parts.port;
    this.onBug = parts.onBug;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      const url = this.check(request);
      if (request.method === "POST") await this.write(url, request, response);
      else {
        this.connections.working(socket);
        await this.read(url, request, response);
      }
    } catch (error) {
      if (socket.destroyed) return; // the client has left, so nobody waits for an answer
      if (!(error instanceof Refusal || error instanceof InputError)) this.onBug(error);
      const { status, message } = refusalOf(error);
      if (response.headersSent) {
        response.destroy();
        return;
      }
      this.connections.answering(socket);
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify({ error: message }), () => this.connections.linger(socket));
    }
  }

  /** The requested address. Throws a `Refusal` if the server does not answer such requests. */
  private check(request: IncomingMessage): URL {
    if (!this.ownNames().includes(request.headers.host ?? ""))
      throw new Refusal(421, "asked for under another host name");
    if (!["GET", "HEAD", "POST"].includes(request.method ?? ""))
      throw new Refusal(405, "GET, HEAD or POST was expected");
    const target = request.url ?? "";
    if (target.length > LONGEST_ADDRESS) throw new Refusal(414, "the address is too long");
    if (!target.startsWith("/")) throw new Refusal(400, "a path was expected");
    try {
      return new URL(`http://127.0.0.1${target}`);
    } catch {
      throw new Refusal(400, "the address cannot be read");
    }
  }

  /** Host names, with port, that requests may use. */
  private ownNames(): string[] {
    const port = this.port();
    return [`127.0.0.1:${port}`, `localhost:${port}`];
  }

  private hasToken(url: URL): boolean {
    const given = Buffer.from(url.searchParams.get("token") ?? "");
    return given.length === this.token.length && timingSafeEqual(given, this.token);
  }

  private async read(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = url;
    const asset = this.assets.get(pathname);
    if (asset) return this.send(request, response, { ...asset, key: pathname });
    const json = (value: unknown) =>
      this.send(request, response, { type: "application/json", bytes: Buffer.from(JSON.stringify(value)) });
    const packed = (value: Packed, key?: string) =>
      this.send(request, response, {
        type: "application/octet-stream",
        bytes: Buffer.from(pack(value).buffer),
        ...(key !== undefined && { key }),
      });
    const { source } = this;
    const placement = /^\/api\/placement\/([a-z0-9-]{1,40})$/.exec(pathname);
    if (placement) return packed(await this.placement(placement[1]!));
    switch (pathname) {
      case "/api/session":
        return json(await source.session());
      case "/api/block":
        return packed(await source.block(), pathname);
      case "/api/constraints":
        return json(await source.constraints());
      case "/api/metrics":
        return json(await source.metrics());
      case "/api/frames":
        return packed(await this.frames(url.searchParams.get("of") ?? "best"));
      case "/api/trace":
        return packed(await source.trace());
      case "/api/influences":
        return packed(await this.influences(url));
      case "/api/routing":
        return packed(await source.routing());
      case "/api/embedding":
        return packed(await source.embedding());
      case "/api/events":
        return this.events(request, response);
      default:
        throw new Refusal(404, "no such page");
    }
  }

  private async placement(id: string): Promise<Packed> {
    const { placements } = await this.source.session();
    if (!placements.some((entry) => entry.id === id)) throw new Refusal(404, "no such placement");
    return this.source.placement(id);
  }

  private influences({ searchParams }: URL): Promise<Packed> {
    const [step, checkpoint] = ["step", "checkpoint"].map((name) => searchParams.get(name) ?? "");
    if (!/^\d{1,6}$/.test(step!) || !/^\d{1,20}(\.\d{1,20})?$/.test(checkpoint!))
      throw new Refusal(400, "step=NUMBER&checkpoint=NUMBER was expected");
    return this.source.influences(Number(step), Number(checkpoint));
  }

  private async frames(of: string): Promise<Packed> {
    const { placements } = await this.source.session();
    if (of !== "best" && !placements.some(({ id, frames }) => frames && id === of))
      throw new Refusal(404, "no such run");
    return this.source.frames(of);
  }

  private events(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === "HEAD") {
      response.writeHead(200, STREAM_HEADERS).end();
      return;
    }
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    // Nothing may change between the two, or the page would not hear of it.
    const first: ViewEvent[] = [...this.source.present(), { type: "attached" }];
    if (!this.streams.attach(response, first, this.hasToken(url)))
      throw new Refusal(503, "too many pages are attached");
    this.connections.release(request.socket);
  }

  private async write(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url.pathname !== "/api/placement") throw new Refusal(404, "no such page");
    const { origin } = request.headers;
    if (origin !== undefined && !this.ownNames().some((name) => origin === `http://${name}`))
      throw new Refusal(403, "writes are taken from the viewer's own page only");
    if (!this.hasToken(url)) throw new Refusal(403, "the token of the printed address was expected");
    const { blockItself } = this.source;
    const body = await readBody(request, bodyLimit(blockItself));
    this.connections.working(request.socket); // only now, because a body may come byte by byte
    const as = url.searchParams.get("as");
    const format = EDIT_FORMATS.find((name) => name === as);
    if (as !== null && !format) throw new Refusal(400, `as=${EDIT_FORMATS.join("|")} was expected`);
    let placement: Placement;
    let locked: readonly number[];
    try {
      const message = unpack(body);
      placement = unpackPlacement(message, blockItself.nodeCount);
      locked = lockedOf(message, blockItself.nodeCount);
    } catch (error) {
      throw new Refusal(400, (error as Error).message);
    }
    if (format) {
      const bytes = Buffer.from(await this.source.exported(placement, locked, format));
      return this.send(request, response, { type: "text/plain; charset=utf-8", bytes });
    }
    const bytes = Buffer.from(JSON.stringify(await this.source.save(placement, locked)));
    return this.send(request, response, { type: "application/json", bytes });
  }

  private send(request: IncomingMessage, response: ServerResponse, { type, bytes, key }: Answer): void {
    const accepts = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    const headers: Record<string, string | number> = { "content-type": type };
    let body = bytes;
    headers["x-size"] = bytes.length;
    if (accepts && bytes.length >= COMPRESS_FROM && bytes.length <= COMPRESS_UP_TO) {
      body = (key && this.compressed.get(key)) || gzipSync(bytes, { level: key ? 9 : 1 });
      if (key) this.compressed.set(key, body);
      headers["content-encoding"] = "gzip";
    }
    this.connections.answering(request.socket);
    response.writeHead(200, { ...headers, "content-length": body.length });
    response.end(request.method === "HEAD" ? undefined : body);
  }
}

/** Isolation allows the page shared memory, which the judge needs. Nothing is loaded from other origins. */
const HEADERS: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof InputError) return new Refusal(409, error.message);
  return new Refusal(500, "internal error of the viewer");
}

async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  if (Number(request.headers["content-length"] ?? 0) > limit) throw new Refusal(413, "too large");
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    length += (piece as Buffer).length;
    if (length > limit) throw new Refusal(413, "too large");
    pieces.push(piece as Buffer);
  }
  return Uint8Array.from(Buffer.concat(pieces));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const what = error.code === "EADDRINUSE" ? "is in use" : `cannot be listened on (${error.code})`;
      reject(new InputError(`--port ${port}`, what, "choose another, or 0 for any free one"));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}
