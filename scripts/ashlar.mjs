// `npm run -s ashlar -- …` in a clone: the command line, or one line about how to build it.
import { existsSync } from "node:fs";

const main = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  console.error("ashlar: not built yet; run `npm ci` once (it installs and builds), or `npm run -s build`");
  process.exitCode = 1;
}
