// Answers of a server may come in another order than they were asked for, and late: what somebody has chosen since counts.

export class Latest {
  private count = 0;

  /** Begins a request, which takes the place of all before. The function tells whether it is still the last one. */
  begin(): () => boolean {
    const mine = ++this.count;
    return () => mine === this.count;
  }
}
