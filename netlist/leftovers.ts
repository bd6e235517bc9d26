// What a killed process leaves behind: temporary files and folders. Their names say whose they are.
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { mayRun, ownProcess } from "./own-process.js";

/** A fresh name in a folder, which begins with `prefix` and tells the process that it belongs to. */
export function markedName(prefix: string): string {
  const { process, started = "" } = ownProcess();
  return `${prefix}${process}-${started}-${crypto.randomUUID().slice(0, 8)}-${hostInNames()}`;
}

const MARK = /^(\d+)-(\d*)-[0-9a-f]{8}-(.*)$/;

function hostInNames(): string {
  return hostname()
    .replace(/[^A-Za-z0-9.-]/g, "_")
    .slice(0, 64);
}

const searched = new Set<string>();

/**
 * Removes files and folders of `markedName` whose process is gone, when it is first asked to in a folder. What belongs
 * to a running process, another machine or another user stays, and so does what cannot be removed.
 */
export function removeLeftovers(folder: string, prefix: string): void {
  const search = join(folder, prefix);
  if (searched.has(search)) return;
  searched.add(search);
  try {
    for (const name of readdirSync(folder)) {
      const mark = name.startsWith(prefix) ? MARK.exec(name.slice(prefix.length)) : null;
      if (!mark || mark[3] !== hostInNames()) continue;
      if (mayRun({ process: Number(mark[1]), ...(mark[2] && { started: mark[2] }) })) continue;
      const path = join(folder, name);
      if (lstatSync(path).uid === (process.getuid?.() ?? 0)) rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // The folder cannot be read, or others remove the same: then there is nothing to do here.
  }
}
