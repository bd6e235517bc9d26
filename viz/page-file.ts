// The files of the page: served one by one, or put together with the data in one HTML file, which opens from disk without
// a server and without a network.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Packed, pack } from "./packing.js";
import type { ViewData } from "./protocol.js";

/** Makes a picture of a page that is given as HTML. */
export type PngPrinter = (html: string, file: string, theme: "light" | "dark") => Promise<void>;

/** The page of `data` as it is now. */
export async function renderPage(data: ViewData): Promise<string> {
  const read = (name: string) => readFileSync(new URL(name, import.meta.url));
  const session = await data.session();
  const packed: Record<string, string> = {
    block: compressed(await data.block()),
    "frames/best": compressed(await data.frames("best")),
  };
  for (const { id, frames } of session.placements) {
    packed[`placement/${id}`] = compressed(await data.placement(id));
    if (frames) packed[`frames/${id}`] = compressed(await data.frames(id));
  }
  if (session.policy) {
    packed.trace = compressed(await data.trace());
    packed.embedding = compressed(await data.embedding());
  }
  const report = {
    session: { ...session, writable: false },
    metrics: await data.metrics(),
    packed,
    wasm: gzipSync(read("../kernels/ashlar.wasm"), { level: 9 }).toString("base64"),
  };
  // "<" could end the script element; it stands in no base64 and is escaped in JSON strings.
  const json = JSON.stringify(report).replaceAll("<", "\\u003c");
  const script = read("page/bundle.js").toString().replaceAll("</script", "<\\/script");
  // Whoever passes the file on passes the packages in it on too.
  const notices = read("page/third-party.txt").toString().replaceAll("--", "- -");
  // Functions as replacements: "$" in the texts means nothing.
  return read("page/index.html")
    .toString()
    .replace('<link rel="stylesheet" href="/page.css">', () => `<style>${read("page/bundle.css")}</style>`)
    .replace(
      '<script src="/page.js"></script>',
      () => `<script>window.ashlarReport=${json}</script>\n<script>${script}</script>\n<!--\n${notices}\n-->`,
    );
}

function compressed(message: Packed): string {
  return gzipSync(pack(message), { level: 9 }).toString("base64");
}

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
    ["/", read("page/index.html", "text/html; charset=utf-8")],
    ["/page.js", read("page/bundle.js", SCRIPT)],
    ["/page.css", read("page/bundle.css", "text/css; charset=utf-8")],
    ["/ashlar.wasm", read("../kernels/ashlar.wasm", "application/wasm")],
    ["/third-party.txt", read("page/third-party.txt", "text/plain; charset=utf-8")],
  ]);
}
