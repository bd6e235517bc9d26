import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Piscina } from "piscina";
import { endPool } from "../../../placer/index.js";
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
