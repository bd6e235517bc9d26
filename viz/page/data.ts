// Sources of the page's data: the server that it was loaded from, with its event stream, or the report that contains it.
import type { DesignRulesMessage } from "../../netlist/index.js";
import { type Packed, unpack } from "../packing.js";
import type { QueueState, RunMetrics, RunState, Session, ViewData, ViewEvent } from "../protocol.js";
import { showLoading } from "./dom.js";

/** Data in a one-file report: gzip in base64, by the name of the request. */
export interface EmbeddedData {
  readonly session: Session;
  readonly metrics: readonly RunMetrics[];
  readonly constraints?: DesignRulesMessage | null;
  readonly packed: Readonly<Record<string, string>>;
  /** The judge's kernels. */
  readonly wasm: string;
}

declare global {
  interface Window {
    ashlarReport?: EmbeddedData;
  }
}

/** Blocks of more bytes come with a bar of progress. */
const LARGE = 2 ** 22;

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

export class ServerData implements ViewData {
  session(): Promise<Session> {
    return this.json("/api/session");
  }

  metrics(): Promise<readonly RunMetrics[]> {
    return this.json("/api/metrics");
  }

  block(): Promise<Packed> {
    return this.largest("/api/block");
  }

  constraints(): Promise<DesignRulesMessage | null> {
    return this.json("/api/constraints");
  }

  placement(id: string): Promise<Packed> {
    return this.packed(`/api/placement/${id}`);
  }

  frames(of: string): Promise<Packed> {
    return this.packed(`/api/frames?of=${of}`);
  }

  trace(): Promise<Packed> {
    return this.packed("/api/trace");
  }

  influences(step: number, checkpoint: number): Promise<Packed> {
    return this.packed(`/api/influences?step=${step}&checkpoint=${checkpoint}`);
  }

  embedding(): Promise<Packed> {
    return this.packed("/api/embedding");
  }

  routing(): Promise<Packed> {
    return this.packed("/api/routing");
  }

  async kernels(): Promise<WebAssembly.Module> {
    return WebAssembly.compile(await (await ask("/ashlar.wasm")).arrayBuffer());
  }

  private async json<Value>(address: string): Promise<Value> {
    return (await (await ask(address)).json()) as Value;
  }

  private async packed(address: string): Promise<Packed> {
    return unpack(new Uint8Array(await (await ask(address)).arrayBuffer()));
  }

  /** The block, while the page says how much of it has come. */
  private async largest(address: string): Promise<Packed> {
    const response = await ask(address);
    const size = Number(response.headers.get("x-size"));
    if (!response.body || !(size > LARGE)) return unpack(new Uint8Array(await response.arrayBuffer()));
    const bytes = new Uint8Array(size);
    const reader = response.body.getReader();
    let length = 0;
    let told = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes.set(value, length);
      length += value.length;
      if (length - told < LARGE / 2) continue;
      told = length;
      await showLoading(`Reading the block: ${megabytes(length)} of ${megabytes(size)} MB`, length / size);
    }
    return unpack(bytes);
  }
}

export class ReportData implements ViewData {
  private readonly report: EmbeddedData;

  constructor(report: EmbeddedData) {
    this.report = report;
  }

  async session(): Promise<Session> {
    return this.report.session;
  }

  async metrics(): Promise<readonly RunMetrics[]> {
    return this.report.metrics;
  }

  block(): Promise<Packed> {
    return this.packed("block");
  }

  async constraints(): Promise<DesignRulesMessage | null> {
    return this.report.constraints ?? null;
  }

  placement(id: string): Promise<Packed> {
    return this.packed(`placement/${id}`);
  }

  frames(of: string): Promise<Packed> {
    return this.packed(`frames/${of}`);
  }

  trace(): Promise<Packed> {
    return this.packed("trace");
  }

  async influences(step: number): Promise<Packed> {
    const name = `influences/${step}`;
    if (this.report.packed[name] === undefined)
      throw new Error("a page in one file holds none: open the run with 'ashlar view'");
    return this.packed(name);
  }

  embedding(): Promise<Packed> {
    return this.packed("embedding");
  }

  routing(): Promise<Packed> {
    return this.packed("routing");
  }

  async kernels(): Promise<WebAssembly.Module> {
    return WebAssembly.compile(await inflate(this.report.wasm));
  }

  private async packed(name: string): Promise<Packed> {
    const text = this.report.packed[name];
    if (text === undefined) throw new Error(`the report does not hold '${name}'`);
    return unpack(new Uint8Array(await inflate(text)));
  }
}

export type PageData = ServerData | ReportData;

/** The data of this page. */
export function pageData(): PageData {
  return window.ashlarReport ? new ReportData(window.ashlarReport) : new ServerData();
}

async function ask(address: string): Promise<Response> {
  const response = await fetch(address).catch(() => {
    throw new Error("The server does not answer. Start 'ashlar view' again, or wait.");
  });
  if (response.ok) return response;
  const told = (await response.json().catch(() => ({}))) as { error?: string };
  throw new Error(told.error ?? `${address} answers ${response.status}`);
}

async function inflate(base64: string): Promise<ArrayBuffer> {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

export interface LiveListener {
  readonly onState: (state: RunState) => void;
  readonly onMetrics: (run: RunMetrics) => void;
  readonly onQueue: (queue: QueueState) => void;
  /** The frames of the run have changed. With the size of their file: if another size was read. */
  readonly onFrames: (bytes: number | undefined) => void;
  readonly onConnection: (connected: boolean) => void;
  /** What has changed before the stream began is told. */
  readonly onAttached: () => void;
  /** A placement was saved by this page or another; the names of all. */
  readonly onEdits: (files: readonly string[]) => void;
}

/** Time until a stream that the browser has given up is opened again, in ms. */
const AGAIN = 1000;

export function followLive(listener: LiveListener): void {
  // Pages with the token of the printed address are preferred when there are too many.
  const token = new URLSearchParams(location.search).get("token");
  const address = token === null ? "/api/events" : `/api/events?token=${encodeURIComponent(token)}`;
  let source = new EventSource(address);
  const attach = () => {
    const on = (type: ViewEvent["type"]) =>
      source.addEventListener(type, (message) => tell(listener, JSON.parse((message as MessageEvent).data)));
    for (const type of ["state", "queue", "metrics", "frames", "edits", "attached"] as const) on(type);
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
  else if (event.type === "queue") listener.onQueue(event.queue);
  else if (event.type === "edits") listener.onEdits(event.files);
  else if (event.type === "attached") listener.onAttached();
  else listener.onFrames(event.bytes);
}
