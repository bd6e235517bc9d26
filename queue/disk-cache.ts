// Blocks on a worker's disk, under the hash of their bytes: each travels once. A file that is broken is fetched anew, and a
// disk that is full only costs time.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { blobOf } from "./parcel.js";
import { stored, unstored } from "./stored.js";

/** Files that are kept, the ones used last. */
const MOST_FILES = 256;

export class DiskCache {
  private readonly folder: string;
  private readonly onProblem: (line: string) => void;
  private hasProblem = false;

  /** @param onProblem told once if the folder cannot be written */
  constructor(folder: string, onProblem: (line: string) => void) {
    this.folder = folder;
    this.onProblem = onProblem;
  }

  /** The bytes of this hash; undefined if they are not there, or broken. */
  read(hash: string): Buffer | undefined {
    const path = join(this.folder, `${hash}.gz`);
    try {
      const bytes = unstored(readFileSync(path));
      if (blobOf(bytes).hash !== hash) throw new Error("broken");
      const now = performance.timeOrigin / 1000 + performance.now() / 1000;
      utimesSync(path, now, now);
      return bytes;
    } catch {
      rmSync(path, { force: true });
      return undefined;
    }
  }

  /** Keeps bytes for later jobs. */
  write(hash: string, bytes: Buffer): void {
    const path = join(this.folder, `${hash}.gz`);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      mkdirSync(this.folder, { recursive: true });
      writeFileSync(temporary, stored(bytes, true));
      renameSync(temporary, path);
      this.removeOldest();
    } catch (error) {
      rmSync(temporary, { force: true });
      if (!this.hasProblem)
        this.onProblem(`blocks cannot be kept in ${this.folder} (${(error as Error).message}); work goes on`);
      this.hasProblem = true;
    }
  }

  private removeOldest(): void {
    const files = readdirSync(this.folder).filter((name) => name.endsWith(".gz"));
    if (files.length <= MOST_FILES) return;
    const aged = files.map((name) => {
      const path = join(this.folder, name);
      return { path, used: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
    });
    aged.sort((a, b) => a.used - b.used);
    for (const { path } of aged.slice(0, files.length - MOST_FILES)) rmSync(path, { force: true });
  }
}
