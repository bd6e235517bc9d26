// The end of a pool of workers whose tasks may still run.

/** What is needed of a Piscina here; its own types do not compile under every setting of a user's compiler. */
interface Pool {
  on(event: "error", listener: () => void): unknown;
  destroy(): Promise<void>;
}

/**
 * Ends the workers at once. A result that was on its way when its task was dropped is dropped too: Piscina would
 * report it as an error of the pool, which nobody waits for any more.
 */
export async function endPool(pool: Pool): Promise<void> {
  pool.on("error", () => {});
  await pool.destroy();
}
