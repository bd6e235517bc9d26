// The viewer under a flood: 2,000 clients that connect and say nothing, send byte by byte, break off a post or never read
// their answers. The page is answered throughout, live pages stay attached, and such clients are no errors of ours.
import assert from "node:assert/strict";
import { get } from "node:http";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { view } from "../../flow/index.js";
import type { ViewServer } from "../../viz/index.js";
import { MOST_STREAMS } from "../../viz/server/events.js";
import { serve, writeBlock } from "../support/view-fixtures.js";

const CLIENTS = 2000;
/** After which something counts as hanging, ms; how long answers take is printed. */
const PATIENCE = 60_000;

let server: ViewServer;
const bugs: unknown[] = [];
const clients: Socket[] = [];

before(async () => {
  const viewed = await view([await writeBlock()], {}, undefined, (error) => bugs.push(error));
  server = viewed.server!;
});
after(async () => {
  for (const client of clients) client.destroy();
  await server.close();
});

/** What a bad client sends at once and then, now and again. */
const KINDS: readonly { readonly first: () => string; readonly later: string }[] = [
  { first: () => "", later: "" },
  { first: () => "GET / HT", later: "T" },
  { first: () => `GET /page.js HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n`, later: "x-more: 1\r\n" },
  { first: () => `GET /page.js HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n\r\n`, later: "" },
  {
    first: () =>
      `POST /api/placement?token=${server.token} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\ncontent-length: 200\r\n\r\nx`,
    later: "x",
  },
  { first: () => "\u0000\u0001garbage\r\n\r\n", later: "" },
];

/** A client that holds on to its connection and reads nothing. */
function badClient(number: number): void {
  const { first, later } = KINDS[number % KINDS.length]!;
  const socket = connect(server.port, "127.0.0.1", () => socket.write(first()));
  socket.pause();
  socket.on("error", () => {}); // disconnected: that is the point
  const drip = setInterval(() => later && socket.writable && socket.write(later), 200);
  socket.on("close", () => clearInterval(drip));
  clients.push(socket);
}

/** Milliseconds until the whole page has come. */
async function pageMilliseconds(): Promise<number> {
  const began = performance.now();
  const response = await fetch(`http://127.0.0.1:${server.port}/page.css`, {
    headers: { connection: "close" },
  });
  assert.equal(response.status, 200);
  await response.arrayBuffer();
  return performance.now() - began;
}

/** A live page, with the token or without; resolves with its status. */
function livePage(token: string): Promise<{ status: number; isOpen: () => boolean; close: () => void }> {
  return new Promise((resolve, reject) => {
    const request = get(`http://127.0.0.1:${server.port}/api/events?token=${token}`, (response) => {
      let open = true;
      response.resume();
      for (const event of ["close", "error"]) response.on(event, () => (open = false));
      resolve({ status: response.statusCode!, isOpen: () => open, close: () => request.destroy() });
    });
    request.on("error", reject);
  });
}

test("2,000 slow clients: the page is answered, and live pages stay attached", async (context) => {
  const live = await livePage(server.token);
  let slowest = 0;
  for (let number = 0; number < CLIENTS; number++) {
    badClient(number);
    if (number % 100 === 99) slowest = Math.max(slowest, await pageMilliseconds());
  }
  for (let second = 0; second < 3; second++) {
    await wait(1000);
    slowest = Math.max(slowest, await pageMilliseconds());
  }
  context.diagnostic(`slowest answer ${slowest.toFixed(0)} ms`);
  assert.ok(live.isOpen());
  live.close();
  assert.deepEqual(bugs, [], "broken-off posts and garbage are no errors of ours");
});

test("a page with the token takes the place of one without when all are taken", async () => {
  const strangers = await Promise.all(Array.from({ length: MOST_STREAMS }, () => livePage("")));
  assert.deepEqual([...new Set(strangers.map(({ status }) => status))], [200]);
  assert.equal((await livePage("")).status, 503);
  const own = await livePage(server.token);
  assert.equal(own.status, 200);
  const open = () => strangers.filter(({ isOpen }) => isOpen()).length;
  for (const end = performance.now() + PATIENCE; open() >= MOST_STREAMS && performance.now() < end; )
    await wait(20);
  assert.equal(open(), MOST_STREAMS - 1);
  assert.ok(own.isOpen());
  for (const page of [...strangers, own]) page.close();
});

test("a write from a foreign page is refused, whatever its token", async () => {
  const post = (origin: string) =>
    fetch(`http://127.0.0.1:${server.port}/api/placement?token=${server.token}`, {
      method: "POST",
      headers: { origin },
      body: "no placement",
    });
  assert.equal((await post("http://example.com")).status, 403);
  assert.equal((await post("null")).status, 403);
  assert.equal((await post(`http://127.0.0.1:${server.port}`)).status, 400);
});

test("a connection on which nothing was asked is closed without a word", { timeout: PATIENCE }, async () => {
  const answerTo = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1", () => text && socket.write(text));
      let answer = "";
      socket.on("data", (data) => {
        answer += data;
      });
      socket.on("close", () => resolve(answer));
      socket.on("error", reject);
    });
  const [silent, broken] = await Promise.all([answerTo(""), answerTo("GET / HT")]);
  assert.equal(silent, "", "a browser would take this for the answer to its next request");
  assert.match(broken, /^HTTP\/1\.1 400 /);
});

test("a server ends, though clients hold on to it", { timeout: PATIENCE }, async () => {
  const other = await serve(await writeBlock());
  for (let number = 0; number < 50; number++) {
    const socket = connect(other.port, "127.0.0.1", () => socket.write("GET / HT"));
    socket.on("error", () => {});
    clients.push(socket);
  }
  await wait(50);
  await other.close();
  await assert.rejects(fetch(`http://127.0.0.1:${other.port}/`));
});
