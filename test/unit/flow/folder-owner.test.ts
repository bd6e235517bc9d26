// One process at a time writes to a folder; the dead are succeeded by one alone.
import assert from "node:assert/strict";
import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { claimAfter, OWNER_FILE, ownerRuns, takeFolder, whileOwning } from "../../../flow/folder-owner.js";
import { InputError, ownProcess } from "../../../netlist/index.js";
import { makeFolder } from "../../support/temp-folder.js";

const RIVAL = fileURLToPath(new URL("../../support/rival.js", import.meta.url));

/** The number of a process that has ended. */
const dead = () => spawnSync(process.execPath, ["-e", ""]).pid;
const owner = (folder: string) => JSON.parse(readFileSync(join(folder, OWNER_FILE), "utf8"));
function ownedBy(record: object): string {
  const folder = makeFolder();
  writeFileSync(join(folder, OWNER_FILE), JSON.stringify(record));
  return folder;
}
const refusal = (says: RegExp) => (error: unknown) => error instanceof InputError && says.test(error.message);

test("a folder is taken once, named after its process, and free again afterwards", async () => {
  const folder = makeFolder();
  assert.equal(ownerRuns(folder), undefined);
  const release = takeFolder(folder);
  assert.equal(owner(folder).process, process.pid);
  assert.equal(ownerRuns(folder), true);
  assert.throws(() => takeFolder(folder), refusal(/another job of this process is writing here/));
  assert.equal(ownerRuns(folder), true, "the refused one removes nothing");
  release();
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(
    whileOwning(folder, async () => {
      assert.equal(ownerRuns(folder), true);
      throw new Error("broken off");
    }),
    /broken off/,
  );
  assert.deepEqual(readdirSync(folder), []);
});

test("a running process keeps its folder: the refusal names it and says what to do", () => {
  const folder = ownedBy({ process: process.ppid });
  const says = new RegExp(`process ${process.ppid} is writing here; wait for it, stop it, or choose`);
  assert.throws(() => takeFolder(folder), refusal(says));
  assert.deepEqual(readdirSync(folder), [OWNER_FILE]);
});

test("of a process on another machine nobody here knows whether it runs", () => {
  const folder = ownedBy({ process: dead(), host: "elsewhere" });
  assert.equal(ownerRuns(folder), true);
  assert.throws(
    () => takeFolder(folder),
    refusal(/process \d+ on elsewhere is writing.*if it has died, remove '/),
  );
});

test("what a dead process left is taken over, and so is a record that cannot be read", () => {
  for (const record of [{ process: dead() }, { process: dead(), host: hostname(), started: "1" }, {}, []]) {
    const folder = ownedBy(record);
    assert.equal(ownerRuns(folder), false);
    const release = takeFolder(folder);
    assert.deepEqual(readdirSync(folder), [OWNER_FILE]);
    assert.equal(owner(folder).process, process.pid);
    release();
  }
  const folder = makeFolder();
  writeFileSync(join(folder, OWNER_FILE), ""); // the machine lost its power while it was written
  takeFolder(folder)();
});

test("a later process with the number of a dead one is not taken for it", {
  skip: !existsSync("/proc/self/stat") && "the start of a process is known on Linux only",
}, () => {
  const { process: id, started } = ownProcess();
  assert.ok(Number(started) > 0);
  assert.equal(ownerRuns(ownedBy({ process: id, started })), true);
  assert.equal(ownerRuns(ownedBy({ process: id, started: String(Number(started) - 1) })), false);
});

test("who succeeded a dead process and died before saying so is succeeded in turn", () => {
  const first = JSON.stringify({ process: dead(), id: "first" });
  const folder = makeFolder();
  writeFileSync(join(folder, OWNER_FILE), first);
  writeFileSync(join(folder, claimAfter(first)), JSON.stringify({ process: process.ppid }));
  assert.equal(ownerRuns(folder), true, "a claimant that runs has the folder before it replaces the record");
  assert.throws(() => takeFolder(folder), refusal(/is writing here/));
  writeFileSync(join(folder, claimAfter(first)), JSON.stringify({ process: dead(), id: "second" }));
  assert.equal(ownerRuns(folder), false);
  const release = takeFolder(folder);
  assert.equal(owner(folder).process, process.pid);
  assert.deepEqual(readdirSync(folder), [OWNER_FILE]);
  release();
  assert.deepEqual(readdirSync(folder), []);
});

test("only the owner's record is removed", () => {
  const folder = makeFolder();
  const release = takeFolder(folder);
  const other = JSON.stringify({ process: process.ppid });
  writeFileSync(join(folder, OWNER_FILE), other);
  release();
  assert.equal(readFileSync(join(folder, OWNER_FILE), "utf8"), other);
});

test("what is no file in the record's place is refused, and a pipe is not waited for", () => {
  for (const make of [mkdirSync, (path: string) => spawnSync("mkfifo", [path])]) {
    const folder = makeFolder();
    make(join(folder, OWNER_FILE));
    assert.throws(
      () => takeFolder(folder),
      refusal(/running\.json: is not the record of a process; remove it/),
    );
    assert.deepEqual(readdirSync(folder), [OWNER_FILE]);
  }
});

/** Asks rivals in processes of their own to take a folder at the same moment, and then to let it go. */
async function race(rivals: readonly ChildProcess[], folder: string): Promise<string[]> {
  const ask = (rival: ChildProcess, order: object) =>
    new Promise<string>((resolve) => {
      rival.once("message", (message) => resolve(String(message)));
      rival.send(order);
    });
  const at = Date.now() + 5;
  const told = await Promise.all(rivals.map((rival) => ask(rival, { take: folder, at })));
  const taken = told.indexOf("taken");
  assert.equal(owner(folder).process, rivals[taken]?.pid, told.join("; "));
  assert.deepEqual(readdirSync(folder), [OWNER_FILE]);
  await Promise.all(rivals.map((rival) => ask(rival, { release: true })));
  assert.deepEqual(readdirSync(folder), []);
  return told;
}

test("of processes that take a folder at the same moment one gets it, free or left by a dead one", async () => {
  const rivals = Array.from({ length: 3 }, () => fork(RIVAL));
  try {
    const left = dead();
    for (let round = 0; round < 40; round++) {
      const folder = round % 2 === 0 ? makeFolder() : ownedBy({ process: left, id: String(round) });
      const told = await race(rivals, folder);
      const refused = told.filter((message) => /is writing here/.test(message));
      assert.equal(refused.length, rivals.length - 1, told.join("; "));
    }
  } finally {
    for (const rival of rivals) rival.kill();
  }
});
