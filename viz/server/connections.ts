// Keeps the viewer reachable while other clients hold connections open. A client that connects and says nothing, sends
// its request byte by byte or never reads its answer costs a socket; when there are too many, the one that has made no
// progress for longest is disconnected. A browser completes its requests in milliseconds, so its sockets are the newest.
import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Most open sockets, not counting event streams. */
export const MOST_CONNECTIONS = 192;
/** A socket on which nothing moves is closed after this, ms. */
const IDLE_TIMEOUT = 10_000;
/** How long a client may take to read a refusal before its socket is destroyed, ms. */
const LINGER = 1_000;

export class Connections {
  /** Whether we are working on an answer, by socket; the longest without progress first. */
  private readonly open = new Map<Socket, boolean>();

  constructor(server: Server) {
    server.setTimeout(IDLE_TIMEOUT, (socket) => socket.destroy());
    server.on("connection", (socket: Socket) => {
      this.open.set(socket, false);
      socket.once("close", () => this.open.delete(socket));
      socket.on("error", () => socket.destroy());
      if (this.open.size > MOST_CONNECTIONS) this.dropOne();
    });
  }

  /** A whole request has arrived: however long the answer takes, the client is not to blame. */
  working(socket: Socket): void {
    this.move(socket, true);
    socket.setTimeout(0);
  }

  /** The answer is on its way: from here the client must read. */
  answering(socket: Socket): void {
    this.move(socket, false);
    socket.setTimeout(IDLE_TIMEOUT);
  }

  /** The socket became an event stream, which has a limit of its own and may be silent. */
  release(socket: Socket): void {
    this.open.delete(socket);
    socket.setTimeout(0);
  }

  /** Ends a connection after a refusal: what the client still sends is not read. */
  linger(socket: Socket): void {
    socket.end();
    setTimeout(() => socket.destroy(), LINGER).unref();
  }

  private move(socket: Socket, working: boolean): void {
    if (this.open.delete(socket)) this.open.set(socket, working);
  }

  private dropOne(): void {
    const sockets = [...this.open];
    (sockets.find(([, working]) => !working) ?? sockets[0]!)[0].destroy();
  }
}
