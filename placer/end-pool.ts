// The end of a pool of workers whose tasks may still run.
import type { Piscina } from "piscina";

/**
 * Ends the workers at once. A result that was on its way when its task was dropped is dropped too: Piscina would
 * report it as an error of the pool, which nobody waits for any more.
 */
export async function endPool(pool: Piscina): Promise<void> {
  pool.on("error", () => {});
  await pool.destroy();
}
