// The event stream: who reads is told everything; who does not is cut off before the server's memory fills.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { ViewEvent } from "../../../viz/protocol.js";
import { EventStreams } from "../../../viz/server/events.js";

const MEBIBYTE = 2 ** 20;
const LARGE: ViewEvent = { type: "metrics", run: { label: "run", lines: [{ text: "x".repeat(MEBIBYTE) }] } };

const server = createServer();
const streams = new EventStreams();
after(() => {
  streams.close();
  server.closeAllConnections();
  server.close();
});

/** A page that is attached and reads nothing yet, with the server's end of it. */
async function attach(): Promise<{ page: Socket; response: ServerResponse }> {
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  const page = connect((server.address() as AddressInfo).port, "127.0.0.1");
  page.on("error", () => {}); // cut off
  page.write("GET / HTTP/1.1\r\nhost: here\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  assert.ok(streams.attach(response, [{ type: "state", state: "running" }], false));
  return { page, response };
}

test("a page that takes nothing is cut off when some MiB wait for it", async () => {
  const { page, response } = await attach();
  let sent = 0;
  for (; sent < 200 && !response.destroyed; sent++) {
    streams.send(LARGE);
    assert.ok(response.writableLength < 20 * MEBIBYTE, `${response.writableLength} bytes wait`);
    await setImmediate();
  }
  assert.ok(response.destroyed, `${sent} MiB sent`);
  streams.send(LARGE);
  page.resume();
  await once(page, "close");
});

test("a page that reads stays attached, however much it is told", async () => {
  const { page, response } = await attach();
  let received = 0;
  page.on("data", (piece) => {
    received += piece.length;
  });
  for (let sent = 0; sent < 40; sent++) {
    streams.send(LARGE);
    while (response.writableLength > 0 && !response.destroyed) await setImmediate();
  }
  while (received < 40 * MEBIBYTE && !response.destroyed) await setImmediate();
  assert.ok(!response.destroyed);
  page.destroy();
});
