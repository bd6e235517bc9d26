// What the system withholds, or puts in a file's place: each ends in one line, and nothing is waited for that never comes.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { markedName } from "../../netlist/leftovers.js";
import { TEMPORARY } from "../../netlist/write-file.js";
import { runCli, startAshlar } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { writeBlock, writeRun } from "../support/view-fixtures.js";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
/** A command that takes longer hangs, ms. */
const PATIENCE = 120_000;
const SHORT = ["--method", "greedy", "--iterations", "2", "--workers", "1", "--quiet", "--force"] as const;

let block = "";
let run = "";
before(async () => {
  block = await writeBlock(8);
  run = await writeRun(block, "anneal", 1);
});

/** The exit status and the standard error of `ashlar` in a shell, after the shell's own commands. */
function inShell(prelude: string, ...args: readonly string[]): { code: number | null; stderr: string } {
  const script = `${prelude}\nexec "$@"`;
  const command = ["-c", script, "bash", process.execPath, MAIN, ...args];
  const { status, stderr } = spawnSync("bash", command, { encoding: "utf8", timeout: PATIENCE });
  return { code: status, stderr };
}

function refuses({ code, stderr }: { code: number | null; stderr: string }, says: RegExp): void {
  assert.match(stderr, /^ashlar: [^\n]+\n$/);
  assert.match(stderr, says);
  assert.equal(code, 1);
}

const fifo = (path: string) => {
  rmSync(path, { recursive: true, force: true });
  assert.equal(spawnSync("mkfifo", [path]).status, 0);
};

function folderAt(path: string): void {
  rmSync(path, { force: true });
  mkdirSync(path);
}

test("a limit of file sizes, of memory, a full standard output and a missing temporary folder", () => {
  const out = join(makeFolder(), "run");
  refuses(inShell("ulimit -f 20", "place", block, ...SHORT, "--out", out), /cannot be written \(EFBIG\)/);
  assert.deepEqual(
    readdirSync(out).filter((name) => name.startsWith(".")),
    [],
  );
  assert.ok(!existsSync(join(out, "running.json")));
  refuses(inShell("ulimit -v 3000000", "place", block, ...SHORT, "--out", out), /out of memory \(/);
  refuses(inShell("exec > /dev/full", "info", block), /the system reports ENOSPC/);
  assert.equal(inShell("exec 2> /dev/full", "info", block).code, 0);
  assert.equal(inShell("exec 2>&-", "info", `${block}-not`).code, 1);
  const png = join(out, "a.png");
  const prelude = "export CHROMIUM=/bin/true TMPDIR=/nowhere";
  refuses(inShell(prelude, "view", block, "--png", png), /\/nowhere/);
});

test("a full disk", (context) => {
  const disk = makeFolder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=120k", "ashlar-test", disk]).status !== 0) {
    context.skip("a small disk cannot be mounted here");
    return;
  }
  try {
    const out = join(disk, "run");
    const { code, stderr } = runCli("place", block, ...SHORT, "--iterations", "40", "--out", out);
    refuses({ code, stderr }, /cannot be written: the disk is full; make room/);
    const left = readdirSync(out).filter((name) => /^\.|running\.json/.test(name));
    assert.deepEqual(left, [], "nothing half written, and the folder is free");
  } finally {
    spawnSync("umount", [disk]);
  }
});

test("folders that nobody can make files in", () => {
  for (const out of ["/proc/self/x", "/proc/self/status/x"])
    refuses(inShell(":", "place", block, ...SHORT, "--out", out), /cannot be made a folder/);
  refuses(inShell(":", "convert", block, "/proc/self/x.pb.txt"), /cannot be written/);
  refuses(inShell(":", "view", block, "--svg", "/dev/null"), /is a device or a pipe/);
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

test("folders and files that one has no rights to", (context) => {
  // The superuser may do anything, and becomes nobody.
  const nobody = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--clear-groups"] : [];
  if (nobody.length > 0 && spawnSync("setpriv", ["--version"]).status !== 0) {
    context.skip("setpriv is not there");
    return;
  }
  const folder = makeFolder();
  const [copy, closed] = [join(folder, "block"), join(folder, "closed")];
  cpSync(block, copy, { recursive: true });
  mkdirSync(closed);
  cpSync(run, join(closed, "run"), { recursive: true });
  chmodSync(folder, 0o755);
  for (const path of [closed, join(closed, "run"), join(closed, "run/checkpoints")]) chmodSync(path, 0o555);
  const call = (...args: readonly string[]) => {
    const [program, ...rest] = [...nobody, process.execPath, MAIN, ...args];
    const { status, stderr } = spawnSync(program!, rest, { encoding: "utf8", timeout: PATIENCE });
    return { code: status, stderr };
  };
  refuses(call("place", copy, ...SHORT, "--out", join(closed, "new")), /cannot be made a folder \(EACCES/);
  refuses(
    call("place", copy, ...SHORT, "--out", join(closed, "run")),
    /cannot be written; check the folder's/,
  );
  refuses(call("convert", copy, join(closed, "x.plc")), /cannot be written; check the folder's permissions/);
  chmodSync(join(copy, "initial.plc"), 0);
  refuses(call("info", copy), /initial\.plc: not readable; check its permissions/);
  for (const path of [closed, join(closed, "run"), join(closed, "run/checkpoints")]) chmodSync(path, 0o755);
});

test("inputs of a run that are pipes are refused, since they cannot be read again", () => {
  const out = join(makeFolder(), "run");
  const pipe = join(makeFolder(), "initial.plc");
  fifo(pipe);
  const script = `cat '${block}/initial.plc' > '${pipe}' &`;
  refuses(
    inShell(script, "place", block, ...SHORT, "--placement", pipe, "--out", out),
    /initial\.plc: is no file, and a run keeps the checksums of its inputs; save it as a file/,
  );
});

test("a pipe or a folder in the place of a run's file is named; to resume does not wait for it", () => {
  const names = ["options.json", "metrics.jsonl", "frames.jsonl", "checkpoints/anneal.json", "running.json"];
  for (const make of [fifo, folderAt])
    for (const name of names) {
      const copy = join(makeFolder(), "run");
      cpSync(run, copy, { recursive: true });
      make(join(copy, name));
      const args = ["place", block, "--method", "anneal", "--iterations", "2", "--seed", "5", "--quiet"];
      const ended = inShell(":", ...args, "--workers", "1", "--resume", "--out", copy);
      refuses(ended, new RegExp(`${name}: is `));
    }
});

/** A viewer's process, its address, and the port in it. */
async function startViewer(...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, "view", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  const address = new URL(String(line).trim());
  return { child, address, port: Number(address.port), stderr: () => stderr };
}

/** Sends the signal and waits until the process has ended. Fails if it does not. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, "exit");
  child.kill(signal);
  const outcome = await Promise.race([ended, wait(PATIENCE, "runs on", { ref: false })]);
  if (outcome === "runs on") child.kill("SIGKILL");
  assert.deepEqual(outcome, [0, null]);
}

test("pipes in a run's folder hang no viewer: what they stand for is refused, the rest is shown", async () => {
  const copy = join(makeFolder(), "run");
  cpSync(run, copy, { recursive: true });
  const edits = join(copy, "edits");
  mkdirSync(edits);
  const viewer = await startViewer(copy);
  const names = ["best.plc", "metrics.jsonl", "frames.jsonl", "summary.json", "running.json"];
  for (const name of [...names, "edits/edit-1.plc", "checkpoints/latest.safetensors"]) fifo(join(copy, name));
  const status = async (path: string) => (await fetch(new URL(path, viewer.address))).status;
  for (let round = 0; round < 3; round++) {
    assert.equal(await status("/api/session"), 200);
    for (const path of ["placement/best", "placement/edit-1", "metrics", "frames", "trace"])
      assert.equal(await status(`/api/${path}`), 409, path);
    assert.equal(await status("/api/placement/initial"), 200);
  }
  await end(viewer.child, "SIGTERM");
  assert.doesNotMatch(viewer.stderr(), /\n\s+at /);
  fifo(join(copy, "options.json"));
  refuses(
    inShell(":", "view", copy, "--svg", join(copy, "a.svg")),
    /options\.json: is not the record of a run/,
  );
});

test("a signal ends a viewer with open streams, requests half sent and answers not read", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const { child, address, port } = await startViewer(run);
    for (let i = 0; i < 4; i++) {
      const stream = get(new URL("/api/events", address), (response) =>
        response.resume().on("error", () => {}),
      );
      stream.on("error", () => {});
      await once(stream, "response");
    }
    for (const text of ["", "GET / HT", `GET /page.js HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`]) {
      const socket = connect(port, "127.0.0.1", () => socket.write(text)).pause();
      socket.on("error", () => {});
      await once(socket, "connect");
    }
    await end(child, signal);
  }
});

test("temporary files of a killed process are gone after the next run", async () => {
  const out = join(makeFolder(), "run");
  const { child, finished } = startAshlar([
    "place",
    block,
    "--method",
    "anneal",
    "--budget",
    "60s",
    "--quiet",
    "--out",
    out,
  ]);
  const hidden = () => (existsSync(out) ? readdirSync(out).filter((name) => name.startsWith(".")) : []);
  const checkpoint = join(out, "checkpoints/anneal.json");
  while (!existsSync(checkpoint) && child.exitCode === null) await wait(20);
  // A file has its temporary name for so short a time that few kills meet one: for them all one is left here.
  const { process: number, started = "" } = JSON.parse(readFileSync(join(out, "running.json"), "utf8"));
  assert.equal(number, child.pid);
  child.kill("SIGKILL");
  const { code: killed, stderr: said } = await finished;
  assert.equal(killed, null, said);
  const left = markedName(TEMPORARY).replace(/tmp-\d+-\d*-/, `tmp-${number}-${started}-`);
  writeFileSync(join(out, left), "half of");
  assert.ok(hidden().includes(left));
  const { code, stderr } = runCli("place", block, ...SHORT, "--out", out);
  assert.equal(code, 0, stderr);
  assert.deepEqual(hidden(), []);
});
