// Which routes the nets have: the judge's shapes, from pin to pin. smooth-routes.ts finds their demand and its slopes.
import { JudgeState, rowOf } from "../judge/judge-state";
import { CellNets, f32At } from "./cell-nets";
import { SmoothRoutes } from "./smooth-routes";

/** Makes the routes of nets `first` .. `end`, from the cells of the judge's points, from number `count` on. Returns the new count. */
export function buildRoutes(address: usize, first: i32, end: i32, count: i32): i32 {
  const state = changetype<SmoothRoutes>(address);
  const nets = changetype<CellNets>(state.nets);
  const judge = changetype<JudgeState>(state.judge);
  for (let net = first; net < end; net++) {
    const start = load<i32>(nets.netStarts + (<usize>net << 2));
    const stop = load<i32>(nets.netStarts + (<usize>(net + 1) << 2));
    const source = cellOfPin(state, judge, start);
    if (source < 0) continue;
    const demand = f32At(state.demands, net);
    if (stop - start == 2) {
      const sink = cellOfPin(state, judge, start + 1);
      if (sink >= 0 && sink != source) addRoute(state, count++, start, start, start + 1, demand);
      continue;
    }
    // One pin for each cell. The routes so far become a star; nets of three cells get another shape.
    const stamp = ++judge.stamp;
    store<i32>(judge.cellStamps + (<usize>source << 2), stamp);
    const before = count;
    let outside = false;
    for (let pin = start + 1; pin < stop; pin++) {
      const cell = cellOfPin(state, judge, pin);
      if (cell < 0) {
        outside = true;
        break;
      }
      const at = judge.cellStamps + (<usize>cell << 2);
      if (load<i32>(at) == stamp) continue;
      store<i32>(at, stamp);
      addRoute(state, count++, start, start, pin, demand);
    }
    if (outside) count = before;
    else if (count - before == 2) {
      const a = load<i32>(state.endPins + (<usize>before << 2));
      const b = load<i32>(state.endPins + (<usize>(before + 1) << 2));
      count = before + routeThree(state, judge, before, start, a, b, demand);
    }
  }
  return count;
}

// @ts-ignore: decorator
@inline
function cellOfPin(state: SmoothRoutes, judge: JudgeState, pin: i32): i32 {
  const point = load<i32>(state.pinPoints + (<usize>pin << 2));
  return load<i32>(judge.pointCells + (<usize>point << 2));
}

// @ts-ignore: decorator
@inline
function addRoute(state: SmoothRoutes, route: i32, row: i32, start: i32, end: i32, demand: f32): void {
  const at = <usize>route << 2;
  store<i32>(state.rowPins + at, row);
  store<i32>(state.startPins + at, start);
  store<i32>(state.endPins + at, end);
  store<f32>(state.routeDemands + at, demand);
}

/** Three cells: the shapes of `routeThree` in kernels/assembly/judge/judge-nets.ts. Returns the number of routes. */
function routeThree(state: SmoothRoutes, judge: JudgeState, route: i32, a: i32, b: i32, c: i32, demand: f32): i32 {
  // Sorted by column, then row.
  let p1 = a;
  let p2 = b;
  let p3 = c;
  let swap: i32;
  if (columnKey(state, judge, p1) > columnKey(state, judge, p2)) { swap = p1; p1 = p2; p2 = swap; }
  if (columnKey(state, judge, p2) > columnKey(state, judge, p3)) { swap = p2; p2 = p3; p3 = swap; }
  if (columnKey(state, judge, p1) > columnKey(state, judge, p2)) { swap = p1; p1 = p2; p2 = swap; }
  const y1 = rowOfPin(state, judge, p1);
  const y2 = rowOfPin(state, judge, p2);
  const y3 = rowOfPin(state, judge, p3);
  const x1 = columnOfPin(state, judge, p1);
  const x2 = columnOfPin(state, judge, p2);
  const x3 = columnOfPin(state, judge, p3);
  if (x1 < x2 && x2 < x3 && min(y1, y3) < y2 && y2 < max(y1, y3)) {
    addRoute(state, route, p1, p1, p2, demand);
    addRoute(state, route + 1, p2, p2, p3, demand);
    return 2;
  }
  if (x2 == x3 && x1 < x2 && y1 < min(y2, y3)) {
    addRoute(state, route, p1, p1, p3, demand);
    return 1;
  }
  if (y2 == y3) {
    addRoute(state, route, p1, p1, p2, demand);
    addRoute(state, route + 1, p2, p2, p3, demand);
    return 2;
  }
  // A trunk in the middle row, from which the other two branch off.
  let low = a;
  let middle = b;
  let high = c;
  if (cellOfPin(state, judge, low) > cellOfPin(state, judge, middle)) { swap = low; low = middle; middle = swap; }
  if (cellOfPin(state, judge, middle) > cellOfPin(state, judge, high)) { swap = middle; middle = high; high = swap; }
  if (cellOfPin(state, judge, low) > cellOfPin(state, judge, middle)) { swap = low; low = middle; middle = swap; }
  const lowColumn = columnOfPin(state, judge, low);
  const middleColumn = columnOfPin(state, judge, middle);
  const highColumn = columnOfPin(state, judge, high);
  // A branch on the way to the other one shares the trunk up to there.
  const lowIsOnTheWay = (middleColumn <= lowColumn && lowColumn <= highColumn) ||
    (highColumn <= lowColumn && lowColumn <= middleColumn);
  const highIsOnTheWay = (middleColumn <= highColumn && highColumn <= lowColumn) ||
    (lowColumn <= highColumn && highColumn <= middleColumn);
  addRoute(state, route, middle, lowIsOnTheWay ? low : middle, low, demand);
  addRoute(state, route + 1, middle, highIsOnTheWay && !lowIsOnTheWay ? high : middle, high, demand);
  return 2;
}

function rowOfPin(state: SmoothRoutes, judge: JudgeState, pin: i32): i32 {
  return rowOf(judge, cellOfPin(state, judge, pin));
}

function columnOfPin(state: SmoothRoutes, judge: JudgeState, pin: i32): i32 {
  const cell = cellOfPin(state, judge, pin);
  return cell - rowOf(judge, cell) * judge.columns;
}

function columnKey(state: SmoothRoutes, judge: JudgeState, pin: i32): i32 {
  return columnOfPin(state, judge, pin) * judge.rows + rowOfPin(state, judge, pin);
}
