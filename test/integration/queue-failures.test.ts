// What a run on a queue says and does when nobody computes, it is stopped, or others write to the queue; and servers with encryption and users.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { PUBLISHED_RULES } from "../../env/index.js";
import { Random } from "../../netlist/index.js";
import greedyPlacer from "../../placer/greedy/greedy.js";
import { GivenUpError, inThisThread, type OpenPool, searchByRestarts } from "../../placer/index.js";
import { train } from "../../policy/index.js";
import { openQueue, type QueueOptions, runWorker } from "../../queue/index.js";
import { ownBuild, PREFIX, queueName } from "../../queue/names.js";
import { smallBlock } from "../support/blocks.js";
import { runCli, startAshlar } from "../support/command.js";
import { freePort, startRedis, withoutRedis } from "../support/redis.js";
import { SMALL_NETWORK } from "../support/small-network.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = smallBlock(3);

const search = (openPool: OpenPool, seed = 1) =>
  searchByRestarts(
    { block, rules: PUBLISHED_RULES, protocol: "fd", placer: greedyPlacer },
    { seed, workers: 1, openPool, iterations: 9, settings: {} },
  );

/** A worker in this process; `end` lets it finish. */
function startWorker(url: string, login?: QueueOptions["login"]) {
  const stop = new AbortController();
  const lines: string[] = [];
  const observer = { login, signal: stop.signal, onLine: (line: string) => void lines.push(line) };
  const done = runWorker({ queue: url, threads: 1, cache: join(folder, "blocks") }, observer);
  return {
    lines,
    end: () => {
      stop.abort();
      return done;
    },
  };
}

/** Commands wait for a server that is back, but not for ever. */
async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waited = 0; !(await condition()); waited += 50) {
    assert.ok(waited < 60_000, what);
    await sleep(50);
  }
}

test("without a worker a run says so, ends in time or when it is asked to, and can go on", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis();
  const path = join(folder, "block");
  runCli("generate", "--macros", "6", "--soft-macros", "8", "--ports", "10", "--seed", "4", "--out", path);
  const args = ["place", path, "--method", "greedy", "--iterations", "9", "--out", join(folder, "alone")];
  const queue = ["--queue", server.url];
  const waited = startAshlar([...args, ...queue, "--queue-timeout", "2"]);
  const stopped = startAshlar([...args.slice(0, -1), join(folder, "stopped"), ...queue]);
  stopped.child.stderr!.on("data", (text) => {
    if (String(text).includes("canvas")) stopped.child.kill("SIGINT");
  });
  const end = await waited.finished;
  assert.equal(end.code, 1);
  assert.match(
    end.stderr,
    /^ashlar: --queue redis:\S+: nothing has come back for 2 s \(no worker is there\); .*continue with: .*--queue-timeout 2 --resume$/m,
  );
  assert.match(end.stderr, /^queue: no worker is there; start one with: ashlar worker --queue redis:/m);
  const interrupted = await stopped.finished;
  assert.equal(interrupted.code, 130);
  assert.match(interrupted.stderr, /^ashlar: .*stopped before its first step.*continue with: .*--resume$/m);

  // What a run that was killed left behind ends by itself; a later process finds what it would have found.
  const killed = startAshlar([...args, ...queue, "--force"]);
  const redis = new Redis(server.url);
  await until(async () => (await redis.keys(`${PREFIX}:task:*`)).length > 0, "no task was sent");
  killed.child.kill("SIGKILL");
  await killed.finished;
  const own = (await redis.keys(`${PREFIX}:*`)).filter((key) => /:(task|blob|run|done|answer):/.test(key));
  assert.ok(own.length > 2);
  for (const key of own) assert.ok((await redis.ttl(key)) > 0, key);
  await redis.quit();
  const worker = startWorker(server.url);
  const resumed = await startAshlar([...args, ...queue, "--resume"]).finished;
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(runCli(...args.slice(0, -1), join(folder, "here"), "--quiet").code, 0);
  assert.deepEqual(
    readFileSync(join(folder, "alone", "best.plc")),
    readFileSync(join(folder, "here", "best.plc")),
  );
  await worker.end();
  await server.stop();
});

/** A way to a port of this machine on which nothing gets there while it is held. */
async function startGate(port: number) {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    sockets.push(near);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (bytes) => to.write(bytes));
      from.on("close", () => to.destroy());
      from.on("error", () => {}); // the end of the test
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold() {
      for (const socket of sockets) socket.pause();
    },
    release() {
      for (const socket of sockets) socket.resume();
    },
    close: () => server.close(),
  };
}

test("a job that takes long to reach the server is sent once", { skip: withoutRedis }, async () => {
  const server = await startRedis();
  const gate = await startGate(Number(new URL(server.url).port));
  const queue = await openQueue(gate.url);
  gate.hold();
  const found = search(queue.openPool);
  await sleep(5000); // longer than a run waits until it asks about a job
  gate.release();
  const worker = startWorker(server.url);
  assert.deepEqual(await found, await search(inThisThread));
  assert.equal(queue.counts.reissued, 0);
  await queue.close();
  await worker.end();
  gate.close();
  await server.stop();
});

test("a server that goes away: a line, an end in time, and workers that end when asked", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis();
  const lines: string[] = [];
  let stops = 0;
  const queue = await openQueue(server.url, {
    ...{ patienceSeconds: 3, onProgress: (line) => void lines.push(line), onGivenUp: () => void stops++ },
  });
  const worker = startWorker(server.url);
  await until(() => lines.some((line) => line.includes("1 worker")), "the worker is not seen");
  process.kill(server.pid, "SIGKILL");
  await assert.rejects(search(queue.openPool), (error) => {
    assert.ok(error instanceof GivenUpError);
    assert.match(error.message, /nothing has come back for 3 s \(no connection to redis:/);
    return true;
  });
  assert.equal(queue.problem?.name, "GivenUpError");
  assert.equal(stops, 1);
  await assert.rejects(search(queue.openPool), GivenUpError);
  await queue.close();
  assert.match(lines.join("\n"), /the connection to redis:\S+ is lost; waiting for it/);
  const { done } = await worker.end();
  assert.equal(done, 0);
});

test("a run and a worker end at once where the server takes no signs of life", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis("--user", "reader", "on", ">secret", "~*", "&*", "+@all", "-set");
  const login = { ASHLAR_QUEUE_USER: "reader", ASHLAR_QUEUE_PASSWORD: "secret" };
  Object.assign(process.env, login);
  const path = join(folder, "refused");
  runCli("generate", "--macros", "6", "--soft-macros", "8", "--ports", "10", "--seed", "4", "--out", path);
  for (const args of [
    [
      "place",
      path,
      "--method",
      "greedy",
      "--iterations",
      "1",
      "--out",
      join(folder, "refused-run"),
      "--queue",
    ],
    ["worker", "--queue"],
  ]) {
    const { code, stderr } = runCli(...args, server.url);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /the server refuses the login \(.*NOPERM/);
  }
  for (const name of Object.keys(login)) delete process.env[name];
  await server.stop();
});

test("two runs at the same time, with garbage between their jobs", { skip: withoutRedis }, async () => {
  const server = await startRedis();
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  const random = Random.stream(1, "garbage on the queue");
  const text = () =>
    String.fromCharCode(...Array.from({ length: random.below(40) }, () => random.below(256)));
  // What others may have written where runs and workers look.
  await redis.sadd(`${PREFIX}:runs`, "x", text());
  await redis.set(`${PREFIX}:run:x`, text(), "EX", 600);
  await redis.sadd(`${PREFIX}:workers`, "y");
  await redis.set(`${PREFIX}:worker:y`, "{}", "EX", 600);
  const worker = startWorker(server.url);
  const bull = new Queue(queueName(ownBuild()), { connection: redis, prefix: PREFIX });
  const sent = async (setup: string, key = "x.0.0") =>
    bull.add("round", { run: "x", key, kind: "anneal", name: "round", setup }, { removeOnFail: true });
  const hash = "0".repeat(64);
  for (let job = 0; job < 40; job++) {
    if (job % 2) await bull.add(text(), { [text()]: text(), run: text() }, { removeOnFail: true });
    else await sent(hash, `x.0.${job}`);
    await redis.set(`${PREFIX}:task:x.0.${job}`, Buffer.from(text(), "latin1"), "EX", 600);
  }
  await redis.set(`${PREFIX}:blob:${hash}`, Buffer.from(text(), "latin1"), "EX", 600);
  const queues = await Promise.all([openQueue(server.url), openQueue(server.url)]);
  const searches = Promise.all(queues.map(({ openPool }, at) => search(openPool, at + 1)));
  for (const key of await redis.keys(`${PREFIX}:run:*`)) {
    const run = key.slice(`${PREFIX}:run:`.length);
    for (let entry = 0; entry < 20; entry++) await redis.rpush(`${PREFIX}:done:${run}`, text());
  }
  assert.deepEqual(await searches, [await search(inThisThread, 1), await search(inThisThread, 2)]);
  await Promise.all(queues.map((queue) => queue.close()));
  await worker.end();
  assert.match(worker.lines.join("\n"), /jobs done, \d+ failed|jobs done/);
  await redis.quit();
  await server.stop();
});

test("in fast mode training ends though a worker keeps its job; one that is gone is forgotten", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis();
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  await redis.sadd(`${PREFIX}:workers`, "killed-long-ago");
  // It renews its lock, so that no other worker is given the job.
  const taken: string[] = [];
  const { hostname: host, port } = new URL(server.url);
  const slow = new Worker(
    queueName(ownBuild()),
    (job) => {
      taken.push(job.name);
      return new Promise<void>(() => {});
    },
    { connection: { host, port: Number(port) }, prefix: PREFIX, lockDuration: 3_600_000 }, // ms
  );
  slow.on("error", () => {}); // its server goes away in the end
  await slow.waitUntilReady();
  const lines: string[] = [];
  const queue = await openQueue(server.url, {
    ...{ dropStragglers: true, onProgress: (line: string) => void lines.push(line) },
  });
  const run = train([block], {
    settings: {
      ...{ episodes: 16, groupSize: 4, epochs: 1, minibatch: 64, order: "area" },
      experimental: { network: SMALL_NETWORK },
    },
    ...{ seed: 1, workers: 1, openPool: queue.openPool, budget: { iterations: 3 } },
  });
  await until(() => taken.length > 0, "the slow worker takes no job");
  const worker = startWorker(server.url);
  const { state } = await run;
  assert.equal(state.iteration, 3);
  assert.ok(queue.counts.dropped >= 1);
  assert.equal(taken.length, 1);
  await queue.close();
  assert.match(lines.at(-1)!, /^queue: .*, \d+ jobs? given up as they took much longer than others$/);
  assert.deepEqual(await redis.sismember(`${PREFIX}:workers`, "killed-long-ago"), 0);
  await worker.end();
  await slow.close(true);
  await redis.quit();
  await server.stop();
});

test("a server with a certificate of one's own, a user and a file with the password", {
  skip: withoutRedis || (spawnSync("openssl", ["version"]).status !== 0 && "there is no openssl"),
}, async () => {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-keyout", key, "-out", certificate, "-subj", "/CN=localhost"],
    ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
  ]);
  assert.equal(made.status, 0, String(made.stderr));
  const password = "ten-grey-geese";
  const tlsPort = String(await freePort());
  const server = await startRedis(
    ...["--tls-port", tlsPort, "--tls-cert-file", certificate, "--tls-key-file", key],
    ...["--tls-auth-clients", "no", "--user", "default", "off"],
    ...["--user", "floor", "on", `>${password}`, `~${PREFIX}:*`, "&*", "+@all"],
  );
  const url = `rediss://127.0.0.1:${tlsPort}`;
  const ca = readFileSync(certificate, "utf8");
  const login = { user: "floor", password, ca };
  const worker = startWorker(url, login);
  const queue = await openQueue(url, { login });
  assert.deepEqual(await search(queue.openPool), await search(inThisThread));
  await queue.close();
  await worker.end();

  await assert.rejects(
    openQueue(url, { login: { user: "floor", password } }),
    /cannot be reached .*self-signed/,
  );
  await assert.rejects(openQueue(url, { login: { ...login, password: "nine" } }), /refuses the login/);
  await assert.rejects(openQueue(url, { login: { password, ca } }), /refuses the login/);
  const file = join(folder, "password");
  writeFileSync(file, `${password}\n`);
  const environment = {
    ...{ ASHLAR_QUEUE_USER: "floor", ASHLAR_QUEUE_PASSWORD_FILE: file, ASHLAR_QUEUE_CA_FILE: certificate },
  };
  Object.assign(process.env, environment);
  const started = startAshlar(["worker", "--queue", `rediss://localhost:${tlsPort}`, "--health", "1"]);
  for (const name of Object.keys(environment)) delete process.env[name];
  started.child.stderr!.on("data", (text) => {
    if (/^0 jobs done/m.test(String(text))) started.child.kill("SIGTERM");
  });
  const { code, stderr } = await started.finished;
  assert.equal(code, 0, stderr);
  assert.ok(!stderr.includes(password));
  await server.stop();
});
