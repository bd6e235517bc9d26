// Programs of others that a benchmark runs beside ours: shell commands, given as `--peer NAME=COMMAND`.
import { spawnSync } from "node:child_process";

export interface Peer {
  readonly name: string;
  readonly command: string;
}

/** Peers as given on the command line; undefined if one has no name or no command. */
export function peersOf(texts: readonly string[]): readonly Peer[] | undefined {
  const peers = texts.map((text) => {
    const [, name, command] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    return name === undefined || command === undefined ? undefined : { name, command };
  });
  return peers.every((peer) => peer !== undefined) ? peers : undefined;
}

/** Runs a shell command to its end, with files named in the environment, $LOG among them for what it prints. Times in s. */
export function runPeerCommand(
  command: string,
  files: Readonly<Record<string, string>> & { readonly LOG: string },
): { readonly cpu: number; readonly wall: number; readonly stderr: string } {
  const started = performance.now();
  // The shell's own `times` counts all that ran in it: user and system time of the shell, then of its children.
  const { stdout, stderr } = spawnSync("sh", ["-c", `(${command}) >"$LOG" 2>&1\ntimes`], {
    encoding: "utf8",
    env: { ...process.env, ...files },
  });
  const wall = (performance.now() - started) / 1000;
  const cpu = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)]
    .slice(-2)
    .reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
  return { cpu, wall, stderr };
}
