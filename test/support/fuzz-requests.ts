// Hostile requests drawn from a seed: traversals in all spellings, broken syntax, wrong methods, hosts and tokens,
// bodies that lie about themselves.
import type { Random } from "../../netlist/index.js";
import { requestText } from "./raw-request.js";

const CLIMBS = [
  "../",
  "..%2f",
  "%2e%2e/",
  "..\\",
  "..%5c",
  "%252e%252e%252f",
  "....//",
  "..;/",
  "%c0%ae%c0%ae/",
];
const GOALS = [
  "etc/passwd",
  "options.json",
  "best.plc",
  "package.json",
  "proc/self/environ",
  "secret.txt",
  "%00",
];
const PATHS = [
  "/",
  "/page.js",
  "/api/session",
  "/api/block",
  "/api/placement/initial",
  "/api/placement/best",
  "/api/metrics",
  "/api/frames",
  "/api/trace",
  "/api/influences?step=0&checkpoint=1",
  "/api/embedding",
  "/ashlar.wasm",
];
const METHODS = [
  "GET",
  "POST",
  "HEAD",
  "PUT",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "get",
  "G\0T",
  "CONNECT",
];

/** The bytes of one request. */
export function fuzzRequest(random: Random, port: number, token: string): string {
  const pick = <Value>(list: readonly Value[]): Value => list[random.below(list.length)]!;
  const noise = (length: number) =>
    Array.from({ length }, () => String.fromCharCode(random.below(256))).join("");
  const climb = () => pick(CLIMBS).repeat(1 + random.below(8)) + pick(GOALS);
  switch (random.below(9)) {
    case 0:
      return requestText("GET", `/${climb()}`, port);
    case 1:
      return requestText("GET", `${pick(PATHS)}/${climb()}`, port);
    case 2:
      return requestText(
        "GET",
        `/api/placement/${pick([climb(), noise(8), "a".repeat(3000), "BEST"])}`,
        port,
      );
    case 3:
      return requestText(pick(METHODS), pick(PATHS), port);
    case 4:
      return requestText("GET", pick(PATHS), port, {
        host: pick(["evil.example", "", "127.0.0.1", `127.0.0.1:${port}@x`, noise(6)]),
      });
    case 5: {
      const body = pick(["", noise(200), "ASH1\xff\xff\xff\x7f", "ASH1\x02\0\0\0{}", "x".repeat(5000)]);
      const given = pick([token, "", "x", `${token}x`, noise(12).replaceAll(/\s/g, "_")]);
      const length = pick([body.length, body.length, 0, 1e12, -1, Number.NaN]);
      return (
        requestText("POST", `/api/placement?token=${encodeURIComponent(given)}`, port, {
          "content-length": String(length),
        }) + body
      );
    }
    case 6:
      return requestText(
        "GET",
        `/api/frames?of=${encodeURIComponent(pick(["-1", "initial", "../..", noise(5), "other-9"]))}`,
        port,
      );
    case 7:
      return noise(1 + random.below(400));
    default:
      return requestText("GET", pick(PATHS), port, {
        [pick(["range", "accept-encoding", "x"])]: noise(5).replaceAll(/[\r\n\0]/g, "."),
        connection: "close",
      });
  }
}
