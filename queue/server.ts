// The connection to the Redis server: its address, who logs in, and whether it is fit to hold jobs. ioredis and BullMQ are
// loaded here, so that nobody else needs them.
import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { InputError, isInputError } from "../netlist/index.js";
import type { QueueLogin } from "./login.js";

/** Where the queue is. */
export interface QueueServer {
  /** As it is shown. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly isEncrypted: boolean;
  readonly login: QueueLogin;
}

const REDIS_PORT = 6379;
/** Waiting for a connection at the start, ms: a machine on which a worker starts may be busy. */
const FIRST_TIMEOUT = 15_000;
/** Waiting for a connection that was lost until the next try, ms; there is no end of tries. */
const CONNECT_TIMEOUT = 5000;
/** A server that does not answer for this long is lost, be the connection still open: the network was cut, ms. */
const SILENCE_TIMEOUT = 15_000; // longer than any command that waits, which BullMQ lets do so for 10 s
/** Least room for jobs, bytes. */
const LEAST_ROOM = 64 * 2 ** 20;

/** Reads the address of a queue. Throws `InputError`, which never repeats a password. */
export function queueServer(url: string, login: QueueLogin = {}): QueueServer {
  const expected = "redis://HOST:PORT or rediss://HOST:PORT (encrypted) was expected";
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new InputError("--queue", `is no address, ${expected}`);
  }
  const { protocol, hostname, port, pathname, username, password, search } = parsed;
  if (username !== "" || password !== "")
    throw new InputError(
      "--queue",
      "the address holds a user or password, which others could read there",
      "put them into ASHLAR_QUEUE_USER and ASHLAR_QUEUE_PASSWORD, or name a file in ASHLAR_QUEUE_PASSWORD_FILE",
    );
  const database = /^\/?(\d*)$/.exec(pathname)?.[1];
  if (!["redis:", "rediss:"].includes(protocol) || hostname === "" || database === undefined || search !== "")
    throw new InputError("--queue", `'${url}', ${expected}`);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    address: `${protocol}//${hostname}:${port || REDIS_PORT}${database && `/${database}`}`,
    host,
    port: Number(port || REDIS_PORT),
    database: Number(database),
    isEncrypted: protocol === "rediss:",
    login,
  };
}

/**
 * Connects to the server and checks that it can hold jobs. Commands wait while the connection is lost. Throws `InputError`
 * if it cannot be reached, refuses the login, or would drop jobs.
 * @param isForJobs false: whether it is fit for jobs does not matter
 */
export async function connect(server: QueueServer, isForJobs = true): Promise<Redis> {
  const redis = await openClient(server);
  try {
    await firstConnection(redis, server);
    if (isForJobs) await refuseUnfit(redis, server);
  } catch (error) {
    endConnection(redis);
    throw isInputError(error) ? error : problemOf(server, error as Error);
  }
  return redis;
}

/** Connections that were ended. Those made from them, as BullMQ does, have their options, and look for no server either. */
const ended = new WeakSet<Redis>();

/** Ends a connection for good, and those made from it as soon as they are lost: the process need not wait for a server. */
export function endConnection(redis: Redis): void {
  ended.add(redis);
  redis.disconnect();
}

async function openClient({ host, port, database, isEncrypted, login }: QueueServer): Promise<Redis> {
  const { Redis } = await import("ioredis");
  const { user, password, ca } = login;
  const redis: Redis = new Redis({
    ...{ host, port, db: database, lazyConnect: true, connectTimeout: FIRST_TIMEOUT },
    socketTimeout: SILENCE_TIMEOUT,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    // A certificate may be of an address, but TLS asks for names only (RFC 6066, section 3).
    ...(isEncrypted && { tls: { ...(isIP(host) === 0 && { servername: host }), ...(ca && { ca }) } }),
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => (ended.has(redis) ? null : Math.min(2000, 50 * 2 ** Math.min(tries, 6))), // ms
  });
  redis.on("error", () => {}); // it connects again; commands wait meanwhile
  return redis;
}

async function firstConnection(redis: Redis, server: QueueServer): Promise<void> {
  let lost: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    lost = reject;
  });
  redis.once("error", lost);
  const timer = setTimeout(() => lost(new Error("no answer")), FIRST_TIMEOUT);
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), failed]);
    redis.options.connectTimeout = CONNECT_TIMEOUT;
  } catch (error) {
    throw problemOf(server, error as Error);
  } finally {
    clearTimeout(timer);
    redis.off("error", lost);
  }
}

function problemOf({ address }: QueueServer, { message }: Error): InputError {
  if (/NOAUTH|WRONGPASS|NOPERM|without any password|invalid password/i.test(message))
    return new InputError(
      `--queue ${address}`,
      `the server refuses the login (${message})`,
      "set ASHLAR_QUEUE_USER and ASHLAR_QUEUE_PASSWORD, or ASHLAR_QUEUE_PASSWORD_FILE",
    );
  return new InputError(
    `--queue ${address}`,
    `the server cannot be reached (${message})`,
    "is Redis or Valkey running there?",
  );
}

/** Tells when the connection is lost, and when it is back; tries in between are not told. */
export function tellLosses(redis: Redis, { address }: QueueServer, onLine: (line: string) => void): void {
  let isLost = false;
  redis.on("close", () => {
    if (!isLost) onLine(`the connection to ${address} is lost; waiting for it`);
    isLost = true;
  });
  redis.on("ready", () => {
    if (isLost) onLine(`connected to ${address} again`);
    isLost = false;
  });
}

/** Throws `InputError` for a server that drops keys when it is full, or is full already. */
async function refuseUnfit(redis: Redis, { address }: QueueServer): Promise<void> {
  const { policy, limit, used } = await memoryOf(redis);
  if (policy !== undefined && policy !== "noeviction")
    throw new InputError(
      `--queue ${address}`,
      `its maxmemory-policy is ${policy}, under which the server drops jobs when it is full; noeviction is needed`,
      "run: redis-cli CONFIG SET maxmemory-policy noeviction",
    );
  if (limit > 0 && limit - used < LEAST_ROOM)
    throw new InputError(
      `--queue ${address}`,
      `the server has ${megabytes(limit - used)} left of its maxmemory of ${megabytes(limit)}, ${megabytes(LEAST_ROOM)} are needed`,
      "raise maxmemory, or clear the server",
    );
}

/** The server's memory, bytes; a limit of 0 is none. */
export async function memoryOf(
  redis: Redis,
): Promise<{ readonly policy: string | undefined; readonly limit: number; readonly used: number }> {
  const info = await redis.info("memory");
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  const number = (name: string) => Number(field(name) ?? 0);
  return { policy: field("maxmemory_policy"), limit: number("maxmemory"), used: number("used_memory") };
}

export function megabytes(bytes: number): string {
  return `${(Math.max(0, bytes) / 2 ** 20).toFixed(0)} MiB`;
}

/** What to tell of a server that failed at the first commands: it was filled, lost, or refuses some of them. */
export function startProblem(server: QueueServer, error: unknown): unknown {
  if (isInputError(error)) return error;
  if (isFull(error)) return fullServer(server);
  const { previousErrors = [] } = error as { previousErrors?: readonly Error[] };
  return problemOf(server, previousErrors[0] ?? (error as Error));
}

/** Whether a full server refused a command, or commands that belong together. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { previousErrors = [] } = error as { previousErrors?: readonly Error[] };
  // Scripts repeat the server's answer within their own.
  return [error, ...previousErrors].some(({ message }) => /(^|[ :])-?OOM /.test(message));
}

/** Waits for what may never happen, as the server may be gone: failed or not, at most so many ms. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  await Promise.race([
    work.catch(() => {}),
    sleep(ms, undefined, { signal: late.signal }).catch(() => {}), // ended below
  ]);
  late.abort();
}

/** Throws `InputError` for a server that is full, with what to do. */
export function fullServer(server: QueueServer): InputError {
  return new InputError(
    `--queue ${server.address}`,
    "the server is full (maxmemory)",
    "raise maxmemory, then go on with --resume",
  );
}
