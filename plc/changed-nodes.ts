// Which nodes have changed since somebody last looked. The costs and the masks each keep one, so that either follows the
// placement by what has changed.

export class ChangedNodes {
  /** Without repetition, in the order of their changes; not all of them if `isAll`. */
  readonly nodes: number[] = [];
  private readonly flags: Uint8Array;
  private all = true;

  constructor(nodeCount: number) {
    this.flags = new Uint8Array(nodeCount);
  }

  /** Whether any node may have changed, as at the start. */
  get isAll(): boolean {
    return this.all;
  }

  add(node: number): void {
    if (this.all || this.flags[node]) return;
    this.flags[node] = 1;
    this.nodes.push(node);
  }

  addAll(): void {
    this.clear();
    this.all = true;
  }

  clear(): void {
    for (const node of this.nodes) this.flags[node] = 0;
    this.nodes.length = 0;
    this.all = false;
  }
}
