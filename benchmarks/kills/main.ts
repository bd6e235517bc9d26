// Kills every command that writes, and the viewer's server, at random moments: what is resumed or called again must write
// the same bytes as a call that was not killed. Exits with 1 if one does not, and then leaves its folder.
// Run: node dist/benchmarks/kills/main.js [KILLS] [SEED] [TEXT,…]; only commands whose name contains one of the texts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../netlist/index.js";
import { COMMANDS } from "./commands.js";
import { KillBench } from "./kills.js";

const [most = "300", seed = "1", chosen = ""] = process.argv.slice(2);
const texts = chosen.split(",");
const wanted = (name: string) => texts.some((text) => name.includes(text));
const folder = mkdtempSync(join(tmpdir(), "ashlar-kills-"));
const bench = await KillBench.open(folder);
const jobs = [
  ...COMMANDS.map((command) => ({
    name: command.name,
    run: (random: Random) => bench.kill(command, random),
  })),
  { name: "view", run: (random: Random) => bench.killViewer(random) },
].filter(({ name }) => wanted(name));
const killed = new Map<string, number>(jobs.map(({ name }) => [name, 0]));
let [kills, wrong] = [0, 0];
let stopped = false;
process.once("SIGTERM", () => {
  stopped = true; // the results so far are printed
});
for (let round = 0; kills < Number(most) && !stopped; round++)
  for (const { name, run } of jobs) {
    if (stopped) break;
    const { kills: own, problems } = await run(Random.stream(Number(seed), "kills", name, round));
    kills += own;
    killed.set(name, killed.get(name)! + own);
    if (problems.length > 0) wrong++;
    for (const problem of problems) console.log(`${name}, round ${round}: ${problem}`);
  }
for (const [name, own] of killed) console.log(`${name.padEnd(24)} ${own} kills`);
console.log(`${kills} kills, ${wrong} with a wrong end`);
if (wrong > 0) {
  console.log(`their files are in ${folder}`);
  process.exitCode = 1;
} else rmSync(folder, { recursive: true, force: true });
