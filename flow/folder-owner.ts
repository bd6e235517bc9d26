// One writer per folder. `running.json` names the process that works there, and a folder is taken by giving that file
// its name, which only one process can do.
//
// A killed process leaves the file. Who takes it over must not displace another process that was faster, and files
// cannot be compared and replaced in one step. Hence a process first claims to succeed the dead one: it creates a file
// named after the dead one's record, which again only one can. Should it die too, it is succeeded in the same way. The
// last in this line owns the folder. It replaces `running.json` and removes the claims.
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  InputError,
  linkNew,
  markedName,
  mayRun,
  ownProcess,
  readError,
  removeLeftovers,
  statusOf,
  TEMPORARY,
  writeError,
} from "../netlist/index.js";

/** Names the process that works in a folder. */
export const OWNER_FILE = "running.json";
const CLAIM = ".running.json.after-";

/** What `running.json` holds; `id` makes every record unique. Version 0.1 recorded the number of the process alone. */
const recordSchema = z
  .object({ process: z.number(), started: z.string(), host: z.string(), id: z.string() })
  .partial();
type OwnerRecord = z.output<typeof recordSchema>;

/** The last process that took a folder. */
interface Owner {
  readonly text: string;
  /** Empty if the record cannot be read. */
  readonly record: OwnerRecord;
}

/**
 * Takes a folder for this process until the returned function is called. A folder whose process has died is taken over.
 * Throws `InputError` if another process, or another job of this one, works there.
 */
export function takeFolder(folder: string): () => void {
  removeLeftovers(folder, TEMPORARY);
  const record: OwnerRecord = { ...ownProcess(), id: crypto.randomUUID() };
  const text = `${JSON.stringify(record, null, 2)}\n`;
  const own = join(folder, markedName(TEMPORARY));
  const file = join(folder, OWNER_FILE);
  try {
    writeFileSync(own, text, { flag: "wx" });
    if (!claim(folder, own, text)) renameSync(own, file);
    for (const name of readdirSync(folder))
      if (name.startsWith(CLAIM)) rmSync(join(folder, name), { force: true });
  } catch (error) {
    throw writeError(file, error);
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (textOf(file) === text) rmSync(file, { force: true });
  };
}

/** Does some work in a folder that nobody else writes to meanwhile. Throws `InputError` as `takeFolder` does. */
export async function whileOwning<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const release = takeFolder(folder);
  try {
    return await work();
  } finally {
    release();
  }
}

/** Whether the process that last took a folder runs; undefined if nobody works there. Without a record, nobody does. */
export function ownerRuns(folder: string): boolean | undefined {
  try {
    const owner = lastOwner(folder);
    return owner && mayRun(owner.record);
  } catch (error) {
    if (error instanceof InputError) return false; // something else is in the record's place
    throw error;
  }
}

/** Throws `InputError` if a process works in a folder, before anything is said about what the folder holds. */
export function refuseRunning(folder: string): void {
  const owner = statusOf(folder)?.isDirectory() ? lastOwner(folder) : undefined;
  if (owner && mayRun(owner.record)) throw refusal(folder, owner.record);
}

/** More tries than processes that end while we look. */
const MOST_TRIES = 100;

/** Makes this process the last owner, by the file `own` with its record. Returns whether it had no predecessor. */
function claim(folder: string, own: string, text: string): boolean {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const owner = lastOwner(folder);
    if (owner && mayRun(owner.record)) throw refusal(folder, owner.record);
    const name = join(folder, owner ? claimAfter(owner.text) : OWNER_FILE);
    if (!linkNew(own, name)) continue; // another process was faster
    if (!owner) return true;
    if (lastOwner(folder)?.text === text) return false;
    rmSync(name, { force: true }); // meanwhile the dead process had been succeeded, and its successor has ended
  }
  throw new InputError(join(folder, OWNER_FILE), "cannot be replaced", "remove it, or choose another --out");
}

function lastOwner(folder: string): Owner | undefined {
  let owner: Owner | undefined;
  let name = OWNER_FILE;
  for (;;) {
    const text = textOf(join(folder, name));
    if (text === undefined) return owner;
    owner = { text, record: recordOf(text) };
    name = claimAfter(text);
  }
}

/** Name of the claim to succeed the process with this record. */
export function claimAfter(text: string): string {
  return CLAIM + createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** The content of a file; undefined if there is none. */
function textOf(path: string): string | undefined {
  try {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (!status) return undefined;
    if (!status.isFile() || status.size > 4096)
      // a pipe would be waited for
      throw new InputError(path, "is not the record of a process", "remove it, or choose another --out");
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw readError(path, error);
  }
}

function recordOf(text: string): OwnerRecord {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

function refusal(folder: string, { process: number, host }: OwnerRecord): InputError {
  const isHere = host === undefined || host === ownProcess().host;
  const who = number === process.pid && isHere ? "another job of this process" : `process ${number}`;
  const where = isHere ? "" : ` on ${host}`;
  const remedy = isHere
    ? "wait for it, stop it, or choose another --out"
    : `wait for it, or choose another --out; if it has died, remove '${join(folder, OWNER_FILE)}'`;
  return new InputError(folder, `${who}${where} is writing here`, remedy);
}
