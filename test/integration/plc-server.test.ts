// The cost server as a process: start, replies, errors, garbage, and how it ends whatever becomes of its client.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CALL_TYPES } from "../../plc/index.js";
import { fuzzMessages } from "../support/fuzz-messages.js";
import { PlcClient, Tuple } from "../support/plc-client.js";
import { makeFolder } from "../support/temp-folder.js";
import { TOY, writeNetlist } from "../support/toy-netlist.js";

const PROGRAM = fileURLToPath(new URL("../../cli/plc.js", import.meta.url));
/** Whatever takes longer hangs, ms. */
const PATIENCE = 30_000;

after(() => PlcClient.endAll());

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; await wait(20)) if (holds()) return;
  assert.fail(what);
}

for (const asCommand of [false, true])
  test(`${asCommand ? "ashlar plc" : "ashlar-plc"} connects, answers, prints nothing and ends with its client`, async () => {
    const netlist = writeNetlist();
    const flags = ["--macro_macro_x_spacing=0.1", "--macro_macro_y_spacing=0.25", "--unknown=1", "--other"];
    const client = await PlcClient.start(netlist, { flags, asCommand });
    assert.equal(await client.text("GetMacroBloatWidth"), "0.1");
    assert.equal(existsSync(client.address), false, "nobody needs the socket's file after the connection");
    assert.equal(await client.text("GetMacroBloatHeight"), "0.25");
    assert.equal(await client.call("GetSourceFilename"), netlist);
    assert.deepEqual(await client.call("GetNodeLocation", "A"), new Tuple(30, 30));
    assert.equal(await client.end(), 0);
    assert.deepEqual(client.output, { stdout: "", stderr: "" });
  });

test("replies have their types: status, nothing, truth, ints, floats, tuples, lists", async () => {
  const client = await PlcClient.start(writeNetlist());
  const replies: readonly (readonly [string, string, ...unknown[]])[] = [
    ["NumNodes", "12"],
    ["SetCanvasBoundaryCheck", "null", false],
    ["SetCanvasSize", "true", 100, 100],
    ["SetPlacementGrid", "true", 2, 2],
    ["GetGridNumColumnsRows", '{"__tuple__":true,"items":[2,2]}'],
    ["GetCanvasWidthHeight", '{"__tuple__":true,"items":[100.0,100.0]}'],
    ["IsNodePlaced", "false", "B"],
    ["PlaceNode", "true", "B", 3],
    ["PlaceNodeByName", "true", "B", 3],
    ["UpdateNodeCoords", "true", 5, 75, 75, true],
    ["GetNodeLocation", '{"__tuple__":true,"items":[75.0,75.0]}', 5],
    ["GetNodeLocations", '[{"__tuple__":true,"items":[75.0,75.0]}]', [5]],
    ["GetNodeLocations", "[]", []],
    ["GetGridCellOfNode", "3", "B"],
    ["GetNodeMaskByName", "[0,1,1,0]", "A"], // its own place counts
    ["CanPlaceNode", "false", "A", 3],
    ["GetMacroIndices", "[2,5,7]"],
    ["GetMacroOrientation", '""', 0],
    ["SetUseIncrementalCost", "null", true],
    ["GetUseIncrementalCost", "true"],
    ["SetCongestionSmoothRange", "null", 2.0],
    ["GetCongestionSmoothRange", "2"],
    ["CreateBlockage", "null", 0, 0, 1, 1, 1],
    ["GetBlockages", "[[0.0,0.0,1.0,1.0,1.0]]"],
    ["GetAreaConstraint", "[]", 2],
    ["AllowHardMacrosOverStdCells", "null", true],
    ["GetFakeNets", "[]"],
    ["GetFakeNetCost", "0.0"],
    ["GetNodeWeight", "3.0", 4],
    ["GetNodeType", '""', 99],
    ["DisconnectNets", "null", []],
    ["UnplaceNodeByName", "true", "B"],
    ["GetGridCellOfNode", "-1", "B"],
    ["SetProjectName", "null", "größe"],
    ["GetProjectName", '"größe"'],
  ];
  for (const [name, expected, ...args] of replies)
    assert.equal(await client.text(name, ...args), expected, `${name} ${JSON.stringify(args)}`);
  assert.equal(await client.end(), 0);
});

test("a request may come byte by byte, and several at once are answered in order", async () => {
  const client = await PlcClient.start(writeNetlist());
  assert.equal(await client.raw('{"na', 'me": "Get', 'NodeName", "ar', 'gs": [4]', "}"), '"A/o"');
  assert.equal(await client.raw('{"name":"NumNodes"}'), "12", "without args");
  const answers = new Promise<string>((resolve) => {
    let text = "";
    client.socket.removeAllListeners("data").on("data", (piece: string) => {
      text += piece;
      if (text.length >= 7) resolve(text);
    });
  });
  client.socket.write(
    '{"name":"NumNodes","args":[]}{"name":"NumNodes","args":[]}{"name":"GetNodeName","args":[2]}',
  );
  assert.equal(await answers, '1212"A"');
  assert.equal(await client.end(), 0);
});

test("wrong calls are errors that name what is wrong; the state and the connection stay", async () => {
  const client = await PlcClient.start(writeNetlist());
  const before = await client.text("GetCost");
  const wrong: readonly (readonly [RegExp, string, ...unknown[]])[] = [
    [/call 'Nonsense': there is no such call/, "Nonsense"],
    [/call 'constructor'/, "constructor"],
    [/call '__proto__'/, "__proto__"],
    [/GetNodeMask: 0 arguments, 1 were expected/, "GetNodeMask"],
    [/UpdateNodeCoords: 5 arguments, 3 to 4 were expected/, "UpdateNodeCoords", 2, 1, 1, true, 1],
    [/PlaceNode: argument 2 is "x", a whole number was expected/, "PlaceNode", 2, "x"],
    [/PlaceNode: argument 2 is 1.5/, "PlaceNode", 2, 1.5],
    [/node 12: an index from 0 to 11 was expected/, "PlaceNode", 12, 1],
    [/node 'C': no node of the netlist has this name/, "IsNodeFixed", "C"],
    [/grid cell 100: a cell from 0 to 99/, "PlaceNode", 2, 100],
    [/argument 1 is \{\}, a node's index or name/, "GetNodeName", {}],
    [/argument 2 is \[1,2,3\], a list of four numbers/, "AddAreaConstraint", [2], [1, 2, 3]],
    [/argument 1 is null/, "SetProjectName", null],
    [
      /lists of 1, 2, 1, 1 entries/,
      "OptimizeStdcells",
      ...[true, true, false, false, false, 1],
      [1],
      [1, 1],
      [1],
      [1],
    ],
    [
      /steps: 1000000 in all, at most 100000/,
      "OptimizeStdcells",
      ...[true, true, false, false, false, 1],
      [1e6],
      [1],
      [1],
      [1],
    ],
    [/nowhere\.plc: no such file/, "RestorePlacement", join(makeFolder(), "nowhere.plc")],
    [/one of innovus, icc2, dct/, "SavePlacementPnr", join(makeFolder(), "a.tcl"), "", "", "vi", ""],
    [/ENOENT|no such|folder/, "SavePlacement", join(makeFolder(), "not", "a.plc"), ""],
  ];
  for (const [says, name, ...args] of wrong) {
    const reply = JSON.parse(await client.text(name, ...args));
    assert.equal(reply.ok, false, name);
    assert.match(reply.message, says);
    assert.doesNotMatch(reply.message, /internal|\.$|\n/);
  }
  const notFinite = JSON.parse(await client.raw('{"name": "UpdateNodeCoords", "args": [2, NaN, Infinity]}'));
  assert.match(notFinite.message, /NaN or Infinity, finite numbers were expected/);
  assert.match(JSON.parse(await client.raw('{"name": 3}')).message, /a name and a list of args/);
  assert.match(JSON.parse(await client.raw("{name: NumNodes}")).message, /is no JSON/);
  assert.match(JSON.parse(await client.raw("NumNodes")).message, /not a request/);
  assert.equal(await client.text("GetCost"), before);
  assert.equal(await client.end(), 0);
});

test("a netlist that cannot be loaded is told at every call, since the client waits for a connection for ever", async () => {
  const path = writeNetlist(['node { name: "A" attr { key: "type" value { placeholder: "MACRO" } } }']);
  for (const [netlist, says] of [
    [path, /macro 'A' has size 0 x 0/],
    [`${path}-not`, /no such file|ENOENT/],
    [makeFolder(), /is a directory/],
  ] as const) {
    const client = await PlcClient.start(netlist);
    for (const name of ["GetCost", "NumNodes"]) {
      const reply = JSON.parse(await client.text(name));
      assert.equal(reply.ok, false);
      assert.match(reply.message, says);
    }
    assert.equal(await client.end(), 0);
  }
});

test("missing flags and a socket on which nobody listens end with one line", () => {
  const netlist = `--netlist_file=${writeNetlist()}`;
  const address = join(makeFolder(), "socket");
  for (const [flags, says] of [
    [[netlist], /--pipe_address: the path of a socket/],
    [[`--pipe_address=${address}`], /--netlist_file: a netlist/],
    [[`--pipe_address=${address}`, netlist], /nobody listens on this socket \(ENOENT\)/],
    [[`--pipe_address=${address}`, netlist, "--macro_macro_x_spacing=wide"], /'wide' was found, a distance/],
  ] as const) {
    const { status, stderr, stdout } = spawnSync(process.execPath, [PROGRAM, ...flags], { encoding: "utf8" });
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, says);
    assert.match(stderr, /^ashlar-plc: [^\n]+\n$/);
  }
});

test("two clients have a server each and do not hear of each other", async () => {
  const netlist = writeNetlist();
  const [one, two] = await Promise.all([PlcClient.start(netlist), PlcClient.start(netlist)]);
  await one.call("SetCanvasBoundaryCheck", false);
  await one.call("UpdateNodeCoords", "A", 1, 2);
  assert.deepEqual(await two.call("GetNodeLocation", "A"), new Tuple(30, 30));
  two.child.kill("SIGKILL");
  await once(two.socket, "close");
  assert.deepEqual(
    await one.call("GetNodeLocation", "A"),
    new Tuple(1, 2),
    "the other's death is not noticed",
  );
  assert.equal(await two.end(), "SIGKILL");
  assert.equal(await one.end(), 0);
});

test("a client that is killed leaves neither a process nor a socket's file, even in the middle of a long call", async () => {
  const netlist = writeNetlist();
  for (const call of [
    "",
    JSON.stringify({
      name: "OptimizeStdcells",
      args: [true, true, true, false, false, 1, [20000], [1], [1], [1]],
    }),
    '{"name": "Get',
  ]) {
    const folder = makeFolder();
    const address = join(folder, "socket");
    // A process of its own that starts the server as Circuit Training does, tells its number, and never ends by itself.
    const program = `
      const { spawn } = await import("node:child_process");
      const { createServer } = await import("node:net");
      const server = createServer((socket) => { socket.write(${JSON.stringify(call)}); setTimeout(() => console.log(child.pid), 100); });
      let child;
      server.listen(${JSON.stringify(address)}, () => {
        child = spawn(process.execPath, [${JSON.stringify(PROGRAM)}, "--pipe_address=${address}", "--netlist_file=${netlist}"], { stdio: "ignore" });
      });`;
    const client = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(client.stdout.setEncoding("utf8"), "data")) as [string];
    const pid = Number(line);
    assert.ok(isAlive(pid));
    client.kill("SIGKILL");
    await once(client, "exit");
    await until(() => !isAlive(pid), `the server of a killed client is still there (${call})`);
    assert.equal(existsSync(address), false);
  }
});

test("a server that is killed leaves no socket's file, and its client sees the end", async () => {
  const client = await PlcClient.start(writeNetlist());
  await client.call("NumNodes");
  client.child.kill("SIGKILL");
  await once(client.socket, "close");
  assert.equal(existsSync(client.address), false);
  await assert.rejects(client.call("NumNodes"), /hung up|EPIPE|destroyed/);
  await client.end();
});

test("a client that does not read holds up nothing but itself", async (context) => {
  const address = join(makeFolder(), "socket");
  const server = createServer({ pauseOnConnect: true }).listen(address);
  await once(server, "listening");
  const flags = [`--pipe_address=${address}`, `--netlist_file=${writeNetlist()}`];
  const child = spawn(process.execPath, [PROGRAM, ...flags], { stdio: "ignore" });
  context.after(() => child.kill("SIGKILL"));
  context.after(() => server.close());
  const [socket] = (await once(server, "connection")) as [Socket];
  context.after(() => socket.destroy());
  const call = JSON.stringify({ name: "GetGridCellsDensity", args: [] });
  socket.write(JSON.stringify({ name: "SetPlacementGrid", args: [500, 500] }));
  for (let i = 0; i < 200; i++) socket.write(call); // 200 MB of replies
  await wait(1500);
  const memory = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
  assert.ok(Number(memory![1]) < 400_000, `${memory![1]} kB: replies wait in the calls, not in memory`);
  socket.destroy();
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
});

test("garbage, halves, wrong types and unknown names: an error or a result each time, and the server lives", async () => {
  const client = await PlcClient.start(writeNetlist());
  const folder = makeFolder();
  let errors = 0;
  let results = 0;
  for (const message of fuzzMessages({ count: 3000, seed: 28, folder, nodes: TOY.length - 1 })) {
    const reply = JSON.parse(await client.raw(message));
    if (reply?.ok === false) {
      errors++;
      assert.doesNotMatch(reply.message, /^internal/, message.slice(0, 300));
    } else results++;
  }
  assert.ok(errors > 1000 && results > 500, `${errors} errors, ${results} results`);
  assert.equal(await client.text("NumNodes"), "12");
  assert.equal(await client.end(), 0);
  assert.equal(client.output.stderr, "");
  assert.equal(Object.keys(CALL_TYPES).length, 85);
});
