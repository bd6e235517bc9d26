// Installs the dependencies on a fresh clone, before `npm start`. Our own `prepare` is left out: the build follows.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

if (!existsSync("node_modules")) {
  const { npm_execpath: npm } = process.env;
  const install = ["ci", "--no-fund", "--no-audit", "--ignore-scripts"];
  // npm tells its scripts where it is; by name, Windows would need a shell.
  const { status } = npm
    ? spawnSync(process.execPath, [npm, ...install], { stdio: "inherit" })
    : spawnSync("npm", install, { stdio: "inherit", shell: true });
  process.exitCode = status ?? 1;
}
