// Bytes as they lie on the server and on a worker's disk: a byte that says whether they are compressed, then they.
import { gunzipSync, gzipSync } from "node:zlib";

const AS_THEY_ARE = Buffer.from([0]);
const COMPRESSED = Buffer.from([1]);
/** Level of gzip: a block compresses to a third in little time. */
const LEVEL = 4;
/** Most bytes that are taken from compressed ones, so that few bytes cannot fill a worker's memory. */
const MOST_BYTES = 2 ** 31;

export function stored(bytes: Buffer, compress: boolean): Buffer {
  return compress
    ? Buffer.concat([COMPRESSED, gzipSync(bytes, { level: LEVEL })])
    : Buffer.concat([AS_THEY_ARE, bytes]);
}

/** Throws for what `stored` does not make. */
export function unstored(bytes: Buffer): Buffer {
  const rest = bytes.subarray(1);
  if (bytes[0] === AS_THEY_ARE[0]) return rest;
  if (bytes[0] === COMPRESSED[0]) return gunzipSync(rest, { maxOutputLength: MOST_BYTES });
  throw new Error("bytes of an unknown form");
}
