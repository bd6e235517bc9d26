// Which parcels of a run lie on the server, and which of them its jobs need. Those that no job needs leave it, but for the last few:
// the next job may need them.
const KEPT = 8;

export class SentParcels {
  /** How many jobs need each. */
  private readonly jobs = new Map<string, number>();
  /** On the server, needed by none, the oldest first. */
  private readonly unneeded = new Set<string>();
  private readonly sent = new Set<string>();

  /** Hashes of those that jobs need. */
  get needed(): Iterable<string> {
    return this.jobs.keys();
  }

  /** Hashes of those that are on the server. */
  get present(): Iterable<string> {
    return this.sent;
  }

  need(hash: string): void {
    this.jobs.set(hash, (this.jobs.get(hash) ?? 0) + 1);
    this.unneeded.delete(hash);
  }

  /** A job needs it no more. Returns the hashes of those that are to leave the server. */
  release(hash: string): readonly string[] {
    const jobs = this.jobs.get(hash)! - 1;
    if (jobs > 0) {
      this.jobs.set(hash, jobs);
      return [];
    }
    this.jobs.delete(hash);
    this.unneeded.add(hash);
    const leaving: string[] = [];
    for (const oldest of this.unneeded) {
      if (this.unneeded.size <= KEPT) break;
      this.unneeded.delete(oldest);
      this.sent.delete(oldest);
      leaving.push(oldest);
    }
    return leaving;
  }

  /** Whether it has yet to be sent; from now on it counts as sent. */
  mustSend(hash: string): boolean {
    if (this.sent.has(hash)) return false;
    this.sent.add(hash);
    return true;
  }

  /** The server has lost all of them. */
  forget(): void {
    this.sent.clear();
  }
}
