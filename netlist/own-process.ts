// Which process wrote a file or works in a folder, and whether it still runs.
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process, as others find it again. */
export interface ProcessMark {
  readonly process: number;
  /** Clock ticks from the machine's start to the process's; tells it from a later one with its number. Linux only. */
  readonly started?: string;
  readonly host: string;
}

/** A mark as it was found in a file. */
type MarkRead = { readonly [Field in keyof ProcessMark]?: ProcessMark[Field] | undefined };

/** The process that runs this code. */
export function ownProcess(): ProcessMark {
  const started = statusOf(process.pid)?.started;
  return { process: process.pid, ...(started !== undefined && { started }), host: hostname() };
}

/**
 * Whether a process runs. True as well where nobody here can tell, because it belongs to another machine. Fields that an
 * older record lacks are not compared.
 */
export function mayRun({ process: id, started, host }: MarkRead): boolean {
  if (id === undefined || !Number.isSafeInteger(id) || id <= 0) return false;
  if (host !== undefined && host !== hostname()) return true;
  try {
    process.kill(id, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false; // EPERM: it runs, for another user
  }
  const status = statusOf(id);
  if (!status) return true;
  return status.state !== "Z" && (started === undefined || status.started === started);
}

/**
 * State and start of a process from /proc; undefined without one. The fields follow the name, which is in brackets and
 * may contain anything. Source: proc_pid_stat(5).
 */
function statusOf(id: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0]!, started: fields[19]! };
  } catch {
    return undefined;
  }
}
