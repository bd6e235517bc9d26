// The viewer's server: what it gives, what it refuses, and that no request reaches a file it should not.
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { view } from "../../../flow/index.js";
import { editsOf } from "../../../flow/view-edits.js";
import { loadBlock, Random, readPlacement } from "../../../netlist/index.js";
import { pack, packPlacement, unpack, unpackPlacement, type ViewServer } from "../../../viz/index.js";
import { fuzzRequest } from "../../support/fuzz-requests.js";
import { rawRequest, requestText } from "../../support/raw-request.js";
import { serve, writeBlock, writeRun } from "../../support/view-fixtures.js";

const SECRET = "what nobody may read";
let blockPath = "";
let run = "";
let server: ViewServer;

before(async () => {
  blockPath = await writeBlock();
  run = await writeRun(blockPath, "random", 4);
  writeFileSync(join(run, "secret.txt"), SECRET);
  server = await serve(run);
});
after(() => server.close());

const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
const binary = async (response: Response) => unpack(new Uint8Array(await response.arrayBuffer()));

test("the page, its script, its style and the kernels are served, with isolation for shared memory", async () => {
  for (const path of ["/", "/page.js", "/page.css", "/ashlar.wasm"]) {
    const response = await ask(path);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(response.headers.get("cross-origin-embedder-policy"), "require-corp");
    assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  }
});

test("the session lists the run's placements, and the best one is best.plc to the last bit", async () => {
  const session = (await (await ask("/api/session")).json()) as {
    placements: { id: string }[];
    state: string;
  };
  assert.deepEqual(
    session.placements.map(({ id }) => id),
    ["best", "initial"],
  );
  assert.equal(session.state, "finished");
  const block = await loadBlock(blockPath);
  const sent = unpackPlacement(await binary(await ask("/api/placement/best")), block.nodeCount);
  assert.deepEqual(sent, await readPlacement(join(run, "best.plc"), block));
});

test("an edited placement needs the token, and is kept with every digit", async () => {
  const block = await loadBlock(blockPath);
  const placement = unpackPlacement(await binary(await ask("/api/placement/best")), block.nodeCount);
  placement.xs[block.kinds.indexOf(0)] = 1 / 3 + 40;
  const body = pack(packPlacement(placement));
  const post = (token: string) =>
    ask(`/api/placement?token=${token}`, { method: "POST", body: Buffer.from(body) });
  for (const wrong of ["", "x", server.token.slice(1), `${server.token}A`])
    assert.equal((await post(wrong)).status, 403);
  assert.ok(!existsSync(join(run, "edits")));
  const answer = await post(server.token);
  assert.deepEqual(await answer.json(), { file: "edits/edit-1.plc" });
  assert.deepEqual(await readPlacement(join(run, "edits/edit-1.plc"), block), placement);
  assert.equal((await ask("/api/placement/edit-1")).status, 200);
});

test("what moved a decision is asked for by numbers, and of a run without a policy there is none", async () => {
  for (const query of ["", "?step=1", "?checkpoint=1", "?step=-1&checkpoint=1", "?step=1e3&checkpoint=1"])
    assert.equal((await ask(`/api/influences${query}`)).status, 400, query);
  assert.equal((await ask("/api/influences?step=1&checkpoint=NaN")).status, 400);
  const answer = await ask("/api/influences?step=1&checkpoint=1796054000123.25");
  assert.equal(answer.status, 409);
  assert.match(((await answer.json()) as { error: string }).error, /^policy: the run has no checkpoint/);
});

test("a body that is too large, or no placement of this block, is refused and leaves nothing", async () => {
  const edits = () => readdirSync(join(run, "edits")).length;
  const before = edits();
  const post = (body: Uint8Array) =>
    ask(`/api/placement?token=${server.token}`, { method: "POST", body: Buffer.from(body) });
  assert.equal((await post(new Uint8Array(200_000))).status, 413);
  assert.equal((await post(new TextEncoder().encode("no placement"))).status, 400);
  const other = { xs: new Float64Array(3), ys: new Float64Array(3), orientations: new Uint8Array(3) };
  assert.equal((await post(pack(packPlacement(other)))).status, 400);
  assert.equal(edits(), before);
});

test("a chunked body is cut off at the limit too", async () => {
  const chunk = `ffff\r\n${"x".repeat(0xffff)}\r\n`;
  const head = requestText("POST", `/api/placement?token=${server.token}`, server.port, {
    "transfer-encoding": "chunked",
  });
  const { status } = await rawRequest(server.port, head + chunk.repeat(8));
  assert.equal(status, 413);
});

test("requests under another host name are refused: a rebound name gets nothing", async () => {
  for (const host of ["evil.example", `evil.example:${server.port}`, "127.0.0.1", ""]) {
    const { status, text } = await rawRequest(
      server.port,
      requestText("GET", "/api/session", server.port, { host }),
    );
    assert.ok(status === 421 || status === 400, `${host}: ${status}`);
    assert.doesNotMatch(text, /placements/);
  }
});

test("paths that climb out of the run's folder lead nowhere", async () => {
  for (const target of [
    "/../../../../etc/passwd",
    "/api/placement/../../secret.txt",
    "/api/placement/..%2f..%2fsecret.txt",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/secret.txt",
    "//etc/passwd",
    "/api/placement/edits",
  ]) {
    const { status, text } = await rawRequest(server.port, requestText("GET", target, server.port));
    assert.equal(status, 404, target);
    assert.doesNotMatch(text, /root:|nobody may read/);
  }
});

test("addresses, methods and names that make no sense are refused with what was expected", async () => {
  const status = async (method: string, target: string) =>
    (await rawRequest(server.port, requestText(method, target, server.port))).status;
  assert.equal(await status("GET", `/${"a".repeat(3000)}`), 414);
  assert.equal(await status("PUT", "/api/session"), 405);
  assert.equal(await status("POST", "/api/session"), 404);
  assert.equal(await status("GET", "/api/frames?of=../other"), 404);
  assert.equal(await status("GET", "http://evil.example/"), 400);
});

test("the event stream begins with what there is now and goes on; HEAD of it is over with its headers", async () => {
  const request = (method: string) => requestText(method, "/api/events", server.port);
  const frames = join(run, "frames.jsonl");
  const { size } = statSync(frames);
  let isChanged = false;
  const stream = await rawRequest(server.port, request("GET"), {
    enough: (text) => {
      if (!isChanged && text.includes("event: attached")) {
        isChanged = true;
        appendFileSync(frames, "\n");
      }
      return /event: attached[\s\S]*event: frames/.test(text);
    },
  });
  assert.equal(stream.complete, false, "kept open");
  const told = [...stream.text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!));
  const files = editsOf(run);
  assert.deepEqual(
    told.slice(0, 5).map(({ type, run: _, ...rest }) => [type, rest]),
    [
      ["state", { state: "finished" }],
      ["metrics", {}],
      ["frames", { bytes: size }],
      ["edits", { files }],
      ["attached", {}],
    ],
  );
  // Edits of tests before may be told in between.
  assert.deepEqual(
    told.slice(5).find(({ type }) => type === "frames"),
    { type: "frames" },
  );
  assert.equal(told[1].run.lines.length, 4);
  const { meta } = await binary(await ask("/api/frames"));
  assert.equal(meta.bytes, size + 1);
  const { status, text, complete } = await rawRequest(server.port, request("HEAD"));
  assert.deepEqual([status, complete], [200, true]);
  assert.match(text, /text\/event-stream/);
  assert.doesNotMatch(text, /event: /);
});

test("a policy's pages of a run without one say so", async () => {
  const response = await ask("/api/trace");
  assert.equal(response.status, 409);
  assert.match(((await response.json()) as { error: string }).error, /no checkpoint of a policy/);
});

test("1,000 hostile requests: none crashes the server, reads a file or writes one", async () => {
  const files = () => readdirSync(run, { recursive: true }).sort().join("\n");
  const before = files();
  const random = Random.stream(11, "fuzz");
  for (let i = 0; i < 1000; i += 20) {
    const batch = Array.from({ length: 20 }, () => fuzzRequest(random, server.port, server.token));
    const answers = await Promise.all(
      batch.map((bytes) => rawRequest(server.port, Buffer.from(bytes, "latin1"), { patience: 400 })),
    );
    answers.forEach(({ status, text }, index) => {
      assert.ok(status < 500, `${status} to ${JSON.stringify(batch[index])}`);
      assert.doesNotMatch(text, /root:x:|nobody may read/);
    });
  }
  assert.equal(files(), before);
  assert.equal((await ask("/api/session")).status, 200);
});

test("a port in use is bad input, said in one line", async () => {
  await assert.rejects(view([run], { port: server.port }), /--port \d+: is in use; choose another/);
});

test("the token is long and new for every server", async () => {
  const another = await serve(run);
  assert.notEqual(another.token, server.token);
  assert.ok(another.token.length >= 32);
  await another.close();
});

test("placements of another block cannot be compared", async () => {
  await assert.rejects(view([run, await writeBlock(8)]), /compare placements of one block|other nodes/);
  assert.ok(readFileSync(join(run, "summary.json")).length > 0);
});
