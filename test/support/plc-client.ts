// A client of the cost server, in the manner of Circuit Training's: it listens on a socket of its own, starts the program,
// sends a call and reads until the reply parses.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "./temp-folder.js";

const PROGRAM = fileURLToPath(new URL("../../cli/plc.js", import.meta.url));
const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

/** A tuple of the wire, which JSON does not have. */
export class Tuple {
  readonly items: readonly unknown[];
  constructor(...items: unknown[]) {
    this.items = items;
  }
}

export interface PlcClientOptions {
  /** Further flags of the program. */
  readonly flags?: readonly string[];
  /** `ashlar plc` instead of `ashlar-plc`. */
  readonly asCommand?: boolean;
}

const running = new Set<PlcClient>();

export class PlcClient {
  readonly address: string;
  readonly child: ChildProcess;
  readonly socket: Socket;
  /** Everything that the program printed. */
  readonly output: { stdout: string; stderr: string };
  private readonly server: Server;
  private received = "";
  private waiting: ((text: string) => void) | undefined;

  private constructor(
    parts: Pick<PlcClient, "address" | "child" | "socket" | "output"> & { server: Server },
  ) {
    this.address = parts.address;
    this.child = parts.child;
    this.socket = parts.socket;
    this.output = parts.output;
    this.server = parts.server;
    this.socket.setEncoding("utf8");
    this.socket.on("data", (text: string) => {
      this.received += text;
      if (!this.waiting || !isJson(this.received)) return;
      const done = this.waiting;
      const reply = this.received;
      this.waiting = undefined;
      this.received = "";
      done(reply);
    });
    this.socket.on("error", () => {}); // the program was killed
  }

  static async start(netlistFile: string, options: PlcClientOptions = {}): Promise<PlcClient> {
    const address = join(makeFolder(), "socket");
    const server = createServer().listen({ path: address, backlog: 1 });
    await once(server, "listening");
    const flags = ["--uid=", "--gid=", `--pipe_address=${address}`, `--netlist_file=${netlistFile}`];
    const program = options.asCommand ? [MAIN, "plc"] : [PROGRAM];
    const child = spawn(process.execPath, [...program, ...flags, ...(options.flags ?? [])], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name]!.setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    const [socket] = (await once(server, "connection")) as [Socket];
    const client = new PlcClient({ address, child, socket, output, server });
    running.add(client);
    return client;
  }

  /** Ends what a failed test has left, which would keep its process alive. */
  static async endAll(): Promise<void> {
    for (const client of running) {
      client.child.kill("SIGKILL");
      await client.end();
    }
  }

  /** The text of the reply to any bytes. */
  async raw(...pieces: readonly (string | Buffer)[]): Promise<string> {
    const reply = new Promise<string>((resolve, reject) => {
      this.waiting = resolve;
      if (this.socket.destroyed) reject(new Error("the program hung up"));
      this.socket.once("close", () => reject(new Error("the program hung up")));
    });
    for (const piece of pieces) {
      this.socket.write(piece);
      if (pieces.length > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const text = await reply;
    this.socket.removeAllListeners("close");
    return text;
  }

  /** The text of a call's reply. */
  async text(name: string, ...args: readonly unknown[]): Promise<string> {
    return this.raw(JSON.stringify({ name, args }));
  }

  /** The value of a call's reply; throws the message of an error. */
  async call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return decoded(JSON.parse(await this.text(name, ...args)));
  }

  /** Hangs up. The exit status of the program, or the signal that ended it. */
  async end(): Promise<number | string | null> {
    const { child, socket, server } = this;
    const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    running.delete(this);
    socket.destroy();
    server.close();
    await exited;
    return child.exitCode ?? child.signalCode;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function decoded(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(decoded);
  if (typeof reply !== "object" || reply === null) return reply;
  const { ok, message, __tuple__, items } = reply as Record<string, unknown>;
  if (ok === false) throw new Error(String(message));
  if (__tuple__ === true) return new Tuple(...(items as unknown[]));
  return reply;
}
