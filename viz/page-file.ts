// The files of the page, which are built into the package: served one by one, or combined with the data in one HTML file
// that opens from disk without a server or a network.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Packed, pack } from "./packing.js";
import { unpackTrace, type ViewData } from "./protocol.js";

/** Prints a page, given as HTML, to a PNG file. */
export type PngPrinter = (html: string, file: string, shown: PrintedState) => Promise<void>;

export interface PrintedState {
  readonly theme: "light" | "dark";
  /** What is shown: the text behind `#` in the page's address. Default: what the page shows at first. */
  readonly show?: string;
}

/**
 * The page with the current data as one HTML file.
 * @param explained step of the policy's episode whose influences it holds; by default it holds none
 */
export async function renderPage(data: ViewData, explained?: number): Promise<string> {
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
  if (session.routing) packed.routing = compressed(await data.routing());
  if (session.policy) {
    const trace = await data.trace();
    packed.trace = compressed(trace);
    if (explained !== undefined && explained < trace.arrays.macros!.length)
      packed[`influences/${explained}`] = compressed(
        await data.influences(explained, unpackTrace(trace).checkpoint),
      );
    packed.embedding = compressed(await data.embedding());
  }
  const report = {
    session: { ...session, writable: false },
    metrics: await data.metrics(),
    constraints: await data.constraints().catch(() => null),
    packed,
    wasm: gzipSync(read("../kernels/ashlar.wasm"), { level: 9 }).toString("base64"),
  };
  // "<" could end the script element. Base64 has none, and in JSON strings it is escaped.
  const json = JSON.stringify(report).replaceAll("<", "\\u003c");
  const script = read("page/bundle.js").toString().replaceAll("</script", "<\\/script");
  // Licences require these notices in every copy, and the file may be passed on.
  const notices = read("page/third-party.txt").toString().replaceAll("--", "- -");
  // The replacements are functions, so that "$" in the texts has no meaning.
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

/** Files by the path of their address. They are read once, and no request names a file. */
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
