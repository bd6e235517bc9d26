// The part of a result file that two checkouts must agree on: the whole file, with two exceptions. Most of metrics.jsonl
// are times, so its costs and losses are compared. The header of a .safetensors file names settings, which may have been
// renamed, so its tensors are compared, in any order.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The part of a file that is compared; undefined if there is no file. */
export function contentOf(path: string): Buffer | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  if (path.endsWith("metrics.jsonl")) return Buffer.from(costsAndLosses(bytes.toString()));
  if (path.endsWith(".safetensors")) return Buffer.from(tensorsOf(bytes));
  return bytes;
}

function costsAndLosses(text: string): string {
  const lines = text.trimEnd().split("\n");
  return lines
    .map((line) => {
      const metrics = Object.entries(JSON.parse(line) as Record<string, unknown>);
      return JSON.stringify(metrics.filter(([name]) => /^(cost|losses|tau)\//.test(name)));
    })
    .join("\n");
}

/** A line per tensor: its type, shape and digest, sorted. */
function tensorsOf(bytes: Buffer): string {
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, end)) as Record<string, unknown>;
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__") as [
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] },
  ][];
  return tensors
    .map(
      ([
        ,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const digest = sha256(bytes.subarray(end + from, end + to));
        return `${dtype} ${shape.join("x")} ${digest}`;
      },
    )
    .sort()
    .join("\n");
}

/** The first line that differs, in both; `path` says whether they are compressed. */
export function firstDifference(path: string, base: Buffer, own: Buffer): string {
  const text = (bytes: Buffer) => (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString().split("\n");
  const [left, right] = [text(base), text(own)];
  if (left.join("\n") === right.join("\n")) return "only the compression differs";
  const line = Array.from({ length: Math.max(left.length, right.length) }).findIndex(
    (_, i) => left[i] !== right[i],
  );
  const short = (content: string | undefined) =>
    content === undefined ? "no line" : `'${content.slice(0, 100)}'`;
  return `line ${line + 1}: ${short(left[line])} in the baseline, ${short(right[line])} here`;
}
