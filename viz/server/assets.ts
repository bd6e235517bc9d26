// The page's files, built into the package by `npm run build`. They are read once; no request names a file.
import { readFileSync } from "node:fs";

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
}

const SCRIPT = "text/javascript; charset=utf-8";

/** Path of the address to file; files stand beside the compiled server. */
export function pageAssets(): ReadonlyMap<string, Asset> {
  const read = (name: string, type: string): Asset => ({
    type,
    bytes: readFileSync(new URL(name, import.meta.url)),
  });
  return new Map([
    ["/", read("../page/index.html", "text/html; charset=utf-8")],
    ["/page.js", read("../page/bundle.js", SCRIPT)],
    ["/page.css", read("../page/bundle.css", "text/css; charset=utf-8")],
    ["/ashlar.wasm", read("../../kernels/ashlar.wasm", "application/wasm")],
    ["/third-party.txt", read("../page/third-party.txt", "text/plain; charset=utf-8")],
  ]);
}
