// The process that stands in for Circuit Training's plc_wrapper_main: connects to the client's socket, loads the netlist,
// and answers calls until the client hangs up.
import { rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { InputError, isInputError } from "../netlist/index.js";
import { runCall } from "./calls.js";
import { PlacementCost } from "./placement-cost.js";
import { errorText, type Message, RequestSplitter } from "./wire.js";

/** The flags of plc_wrapper_main that mean something here. */
export interface ServerFlags {
  /** Path of a Unix socket on which the client listens. */
  readonly pipeAddress: string;
  /** A netlist file, or several separated by commas. */
  readonly netlistFile: string;
  /** Least distance of hard macros, µm. */
  readonly spacing: { readonly x: number; readonly y: number };
}

/**
 * The flags of `--name=value` arguments. Others than these are ignored, since the original takes many. Throws
 * `InputError` if the socket or the netlist is missing, and for a spacing that is no number.
 */
export function parseFlags(args: readonly string[]): ServerFlags {
  const values = new Map<string, string>();
  args.forEach((arg, i) => {
    const [, name, value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) return;
    const next = args[i + 1];
    values.set(name, value ?? (next?.startsWith("--") ? "" : (next ?? "")));
  });
  const needed = (name: string, what: string) => {
    const value = values.get(name);
    if (!value) throw new InputError(`--${name}`, `${what} was expected`);
    return value;
  };
  const spacing = (name: string) => {
    const value = values.get(name) || "0";
    const number = Number(value);
    if (!(number >= 0 && Number.isFinite(number)))
      throw new InputError(`--${name}`, `'${value}' was found, a distance of 0 or more in µm was expected`);
    return number;
  };
  return {
    pipeAddress: needed("pipe_address", "the path of a socket on which the client listens"),
    netlistFile: needed("netlist_file", "a netlist (.pb.txt)"),
    spacing: { x: spacing("macro_macro_x_spacing"), y: spacing("macro_macro_y_spacing") },
  };
}

/**
 * Serves one client until it hangs up. The client waits for the connection without a time limit, so that comes first; if the
 * netlist cannot be loaded, every call is answered with an error that says why. Throws `InputError` if nobody listens.
 */
export async function servePlacementCost(flags: ServerFlags): Promise<void> {
  const socket = await connectTo(flags.pipeAddress);
  // The client accepts once, so nobody needs the name any more, and clients do not remove it.
  rmSync(flags.pipeAddress, { force: true });
  const service = new Service(flags);
  const splitter = new RequestSplitter();
  await new Promise<void>((resolve) => {
    socket.on("data", (bytes) => {
      const messages = splitter.push(bytes);
      let next = 0;
      for (; next < messages.length; next++) {
        // Most calls are answered at once. One write per reply.
        const reply = service.answer(messages[next]!);
        if (typeof reply === "string" && socket.write(reply)) continue;
        // Nothing more is read before the reply has left, whatever a client sends.
        socket.pause();
        void answerLater(socket, service, reply, messages.slice(next + 1)).then(() => socket.resume());
        return;
      }
    });
    socket.on("error", () => socket.destroy()); // the client is gone
    socket.on("end", () => socket.end());
    socket.on("close", () => resolve());
  });
}

/** Sends a reply that is computed or sent at leisure, and after it those to further messages. */
async function answerLater(
  socket: Socket,
  service: Service,
  reply: string | Promise<string>,
  messages: readonly Message[],
): Promise<void> {
  // A text has been handed over, and waits to leave.
  if (typeof reply !== "string") socket.write(await reply);
  await drained(socket);
  for (const message of messages) {
    if (socket.destroyed) return; // nobody waits for the rest
    socket.write(await service.answer(message));
    await drained(socket);
  }
}

/** Resolves when all that was written has left, or nobody reads it. */
async function drained(socket: Socket): Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.once("drain", done);
    socket.once("close", done);
  });
}

class Service {
  /** The netlist, or why there is none; undefined while it is being loaded. */
  private loaded: PlacementCost | string | undefined;
  private readonly loading: Promise<void>;

  constructor({ netlistFile, spacing }: ServerFlags) {
    this.loading = PlacementCost.open(netlistFile, { spacing })
      .catch(messageOf)
      .then((loaded) => {
        this.loaded = loaded;
      });
  }

  /** The text of the reply, whatever the message is; at once if that is possible. */
  answer(message: Message): string | Promise<string> {
    if ("problem" in message) return errorText(message.problem);
    if (this.loaded === undefined) return this.loading.then(() => this.answer(message));
    if (typeof this.loaded === "string") return errorText(this.loaded);
    try {
      const { name, args } = requestOf(message.text);
      const reply = runCall(this.loaded, name, args);
      return typeof reply === "string" ? reply : reply.catch((error) => errorText(messageOf(error)));
    } catch (error) {
      return errorText(messageOf(error));
    }
  }
}

function requestOf(text: string): { readonly name: string; readonly args: readonly unknown[] } {
  let request: { name?: unknown; args?: unknown };
  try {
    request = JSON.parse(text);
  } catch {
    throw new InputError(
      "request",
      /\b(NaN|Infinity)\b/.test(text) ? "NaN or Infinity, finite numbers were expected" : "is no JSON",
    );
  }
  const { name, args = [] } = request;
  if (typeof name !== "string" || !Array.isArray(args))
    throw new InputError("request", "a name and a list of args were expected");
  return { name, args };
}

/** What the client is told; it adds a full stop. A bug of ours is told as one, and the server lives on. */
function messageOf(error: unknown): string {
  if (isInputError(error)) return error.message;
  return error instanceof Error ? `internal: ${error.message}` : `internal: ${String(error)}`;
}

function connectTo(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: address });
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new InputError(
          address,
          `nobody listens on this socket (${error.code})`,
          "a client starts this program and gives it the address of its own socket",
        ),
      ),
    );
  });
}
