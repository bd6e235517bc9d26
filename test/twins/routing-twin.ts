// Plain twins of the global router's parts: the shortest Steiner tree by dynamic programming, the cheapest way by Dijkstra,
// and the best routing of a few nets by trying all ways.

/** Length of the shortest rectilinear Steiner tree of a few points (Dreyfus and Wagner, on the Hanan grid). */
export function shortestTree(points: readonly (readonly [number, number])[]): number {
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const ys = [...new Set(points.map(([, y]) => y))].sort((a, b) => a - b);
  const nodes = ys.flatMap((y) => xs.map((x): readonly [number, number] => [x, y]));
  const apart = (a: readonly [number, number], b: readonly [number, number]) =>
    Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]);
  const all = 2 ** points.length - 1;
  // best[set][v]: the shortest tree of the points of the set and node v. On the Hanan grid all ways are straight.
  const best = Array.from({ length: all + 1 }, () => nodes.map(() => Number.POSITIVE_INFINITY));
  for (const [i, point] of points.entries())
    for (const [v, node] of nodes.entries()) best[1 << i]![v] = apart(point, node);
  for (let set = 1; set <= all; set++) {
    const row = best[set]!;
    for (let part = (set - 1) & set; part > 0; part = (part - 1) & set)
      for (let v = 0; v < nodes.length; v++)
        row[v] = Math.min(row[v]!, best[part]![v]! + best[set ^ part]![v]!);
    const before = row.slice();
    for (const [v, node] of nodes.entries())
      for (const [u, other] of nodes.entries()) row[v] = Math.min(row[v]!, before[u]! + apart(node, other));
  }
  return Math.min(...best[all]!);
}

/** Length of the minimum spanning tree of points. */
export function spanningTree(points: readonly (readonly [number, number])[]): number {
  const left = new Set(points.map((_, i) => i).slice(1));
  const joined = [0];
  let sum = 0;
  while (left.size > 0) {
    let least = Number.POSITIVE_INFINITY;
    let next = -1;
    for (const a of joined)
      for (const b of left) {
        const [p, q] = [points[a]!, points[b]!];
        const length = Math.abs(p[0] - q[0]) + Math.abs(p[1] - q[1]);
        if (length >= least) continue;
        least = length;
        next = b;
      }
    left.delete(next);
    joined.push(next);
    sum += least;
  }
  return sum;
}

/** A grid whose edges have costs: edge c goes right from cell c, edge columns * rows + c up. */
export interface CostGrid {
  readonly columns: number;
  readonly rows: number;
  readonly costs: readonly number[];
  /** Cost of a turn. */
  readonly bend: number;
}

/** Cost of the cheapest way between two cells inside a window of cells, turns included. */
export function cheapestWay(
  { columns, rows, costs, bend }: CostGrid,
  { from, to, margin }: { readonly from: number; readonly to: number; readonly margin: number },
): number {
  const cells = columns * rows;
  const [fx, fy, tx, ty] = [
    from % columns,
    Math.floor(from / columns),
    to % columns,
    Math.floor(to / columns),
  ];
  const inside = (cell: number) => {
    const [x, y] = [cell % columns, Math.floor(cell / columns)];
    return (
      x >= Math.min(fx, tx) - margin &&
      x <= Math.max(fx, tx) + margin &&
      y >= Math.min(fy, ty) - margin &&
      y <= Math.max(fy, ty) + margin
    );
  };
  // State 2c + d: in cell c, having come along x (0) or y (1).
  const distances = new Array<number>(2 * cells).fill(Number.POSITIVE_INFINITY);
  const done = new Set<number>();
  distances[2 * from] = 0;
  distances[2 * from + 1] = 0;
  for (;;) {
    let at = -1;
    for (let state = 0; state < 2 * cells; state++)
      if (
        !done.has(state) &&
        Number.isFinite(distances[state]!) &&
        (at < 0 || distances[state]! < distances[at]!)
      )
        at = state;
    if (at < 0) break;
    done.add(at);
    const cell = at >> 1;
    const isUp = at % 2;
    const reach = (state: number, cost: number) => {
      distances[state] = Math.min(distances[state]!, distances[at]! + cost);
    };
    reach(at ^ 1, bend);
    const [x, y] = [cell % columns, Math.floor(cell / columns)];
    if (!isUp && x + 1 < columns && inside(cell + 1)) reach(at + 2, costs[cell]!);
    if (!isUp && x > 0 && inside(cell - 1)) reach(at - 2, costs[cell - 1]!);
    if (isUp && y + 1 < rows && inside(cell + columns)) reach(at + 2 * columns, costs[cells + cell]!);
    if (isUp && y > 0 && inside(cell - columns)) reach(at - 2 * columns, costs[cells + cell - columns]!);
  }
  return Math.min(distances[2 * to]!, distances[2 * to + 1]!);
}

/** All ways between two cells that visit no cell twice and have at most `most` edges. */
function waysBetween(
  { columns, rows }: Pick<CostGrid, "columns" | "rows">,
  { from, to, most }: { readonly from: number; readonly to: number; readonly most: number },
): number[][] {
  const cells = columns * rows;
  const found: number[][] = [];
  const visit = (cell: number, path: readonly number[], seen: ReadonlySet<number>) => {
    if (cell === to) {
      found.push([...path]);
      return;
    }
    const [x, y] = [cell % columns, Math.floor(cell / columns)];
    const left = Math.abs(x - (to % columns)) + Math.abs(y - Math.floor(to / columns));
    if (path.length + left > most) return;
    const go = (next: number, edge: number) => {
      if (!seen.has(next)) visit(next, [...path, edge], new Set([...seen, next]));
    };
    if (x + 1 < columns) go(cell + 1, cell);
    if (x > 0) go(cell - 1, cell - 1);
    if (y + 1 < rows) go(cell + columns, cells + cell);
    if (y > 0) go(cell - columns, cells + cell - columns);
  };
  visit(from, [], new Set([from]));
  return found;
}

/** The least overflow that nets of two pins can have, and the least length with it, if no detour is longer than `slack` edges. */
export function bestRouting(
  grid: Pick<CostGrid, "columns" | "rows">,
  capacities: readonly number[],
  nets: readonly { readonly from: number; readonly to: number; readonly slack: number }[],
): { readonly overflow: number; readonly length: number } {
  const ways = nets.map(({ from, to, slack }) => {
    const direct =
      Math.abs((from % grid.columns) - (to % grid.columns)) +
      Math.abs(Math.floor(from / grid.columns) - Math.floor(to / grid.columns));
    return waysBetween(grid, { from, to, most: direct + slack });
  });
  const usage = capacities.map(() => 0);
  let best = { overflow: Number.POSITIVE_INFINITY, length: Number.POSITIVE_INFINITY };
  const choose = (net: number, overflow: number, length: number) => {
    if (overflow > best.overflow || (overflow === best.overflow && length >= best.length)) return;
    if (net === nets.length) {
      best = { overflow, length };
      return;
    }
    for (const way of ways[net]!) {
      let more = 0;
      for (const edge of way) {
        more +=
          Math.max(0, usage[edge]! + 1 - capacities[edge]!) - Math.max(0, usage[edge]! - capacities[edge]!);
        usage[edge]!++;
      }
      choose(net + 1, overflow + more, length + way.length);
      for (const edge of way) usage[edge]!--;
    }
  };
  choose(0, 0, 0);
  return best;
}
