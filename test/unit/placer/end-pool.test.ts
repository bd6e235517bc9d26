import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Piscina } from "piscina";
import { endPool, startPool } from "../../../placer/index.js";
import { makeFolder } from "../../support/temp-folder.js";

// With `pool.destroy()` alone about every second round ends this process by an uncaught error of the pool.
test("a result that arrives while the pool ends is no error", async () => {
  const filename = join(makeFolder(), "echo.mjs");
  writeFileSync(filename, "export default (task) => task;\n");
  for (let round = 0; round < 10; round++) {
    const pool = new Piscina({ filename, minThreads: 1, maxThreads: 1 });
    await pool.run(0);
    const first = pool.run(1);
    const second = pool.run(2).catch(() => {});
    await first;
    // While this thread is held the worker answers the second task: the answer waits in the port when the pool ends.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    await endPool(pool);
    await second;
    await sleep(10);
  }
});

// With Piscina's own options Node 20.20 aborts the process when a thread ends while this module's names are bound.
test("threads may be ended at any moment of their start", async () => {
  const folder = makeFolder();
  const names = Array.from({ length: 20_000 }, (_, i) => `name${i}`);
  writeFileSync(join(folder, "names.mjs"), names.map((name) => `export const ${name} = 0;\n`).join(""));
  const parts = Array.from({ length: 8 }, (_, i) => `part${i}`);
  for (const part of parts) {
    writeFileSync(join(folder, `${part}.mjs`), `export { ${names.join(", ")} } from "./names.mjs";\n`);
  }
  const filename = join(folder, "slow.mjs");
  writeFileSync(
    filename,
    `${parts.map((part) => `import * as ${part} from "./${part}.mjs";\n`).join("")}export default () => "done";\n`,
  );
  const start = () => startPool(pathToFileURL(filename), 1, {});
  const began = performance.now();
  const pool = start();
  assert.equal(await pool.run(0), "done");
  const wholeStart = performance.now() - began;
  await endPool(pool);
  const rounds = 20;
  for (let round = 0; round < rounds; round++) {
    const ended = start();
    await sleep((wholeStart * (round + 0.5)) / rounds);
    await endPool(ended);
  }
});

test("threads inherit options of V8, which cannot be given to a thread", () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "echo.mjs"), "export default (task) => task;\n");
  writeFileSync(
    join(folder, "main.mjs"),
    `import { endPool, startPool } from ${JSON.stringify(import.meta.resolve("../../../placer/index.js"))};
    const pool = startPool(new URL("echo.mjs", import.meta.url), 1, {});
    console.log(await pool.run("it runs"));
    await endPool(pool);`,
  );
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--max-old-space-size=500", join(folder, "main.mjs")],
    { encoding: "utf8" },
  );
  assert.equal(stdout, "it runs\n", stderr);
});
