// A Redis server of a test's own: a process on a free port of this machine that writes nothing to disk.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const GIVEN = process.env.REDIS_SERVER;

/** The program to start: REDIS_SERVER, or the first of the usual ones that is here. */
const PROGRAM = [...(GIVEN ? [GIVEN] : ["redis-server", "valkey-server"])].find(
  (name) => name !== "none" && spawnSync(name, ["--version"]).status === 0,
);

/** For `test(name, { skip: withoutRedis }, …)`: false, or why the test is left out. */
export const withoutRedis: string | false = PROGRAM
  ? false
  : "no redis-server is here: nothing is computed by a queue (apt-get install redis-server)";

const servers: ChildProcess[] = [];
process.on("exit", () => {
  for (const server of servers) server.kill("SIGKILL");
});

export interface TestServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server, and waits until it answers. `settings` as on its command line. */
export async function startRedis(...settings: readonly string[]): Promise<TestServer> {
  for (let left = 4; ; left--)
    try {
      return await startRedisAt(await freePort(), settings);
    } catch (error) {
      if (left === 0) throw error; // until then another process may have taken the port
    }
}

async function startRedisAt(port: number, settings: readonly string[]): Promise<TestServer> {
  const options = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    ...settings,
  ];
  const child = spawn(PROGRAM!, options, { stdio: "ignore" });
  servers.push(child);
  child.unref(); // a test that fails leaves it: it must not keep this process from ending
  while (!(await answers(port))) {
    if (hasEnded(child)) throw new Error(`${PROGRAM} ended with ${child.exitCode ?? child.signalCode}`);
    await sleep(20);
  }
  // Somebody else's, which would answer as well, has taken the port.
  if (hasEnded(child)) throw new Error(`${PROGRAM} ended with ${child.exitCode ?? child.signalCode}`);
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid!,
    stop: () =>
      new Promise((resolve) => {
        if (hasEnded(child)) return resolve();
        child.ref();
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether a server answers, be it that a password is needed. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (data) => end(/^(\+PONG|-NOAUTH)/.test(data.toString())));
    socket.once("error", () => end(false));
  });
}
