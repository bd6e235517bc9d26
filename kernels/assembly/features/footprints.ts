// Sums of a plane over a rectangle around each grid cell, by a summed-area table (Crow 1984): what a macro would cover, or
// have next to it, on each cell. Lengths are in columns and rows, so that a cell has area 1.

/** sums [(rows + 1) x (columns + 1)], f64: of all cells of plane [rows x columns] below and to the left of each corner. */
export function sumTable(plane: usize, columns: i32, rows: i32, sums: usize): void {
  const width = <usize>(columns + 1) << 3;
  memory.fill(sums, 0, width);
  for (let row = 0; row < rows; row++) {
    const below = sums + <usize>row * width;
    let line: f64 = 0;
    store<f64>(below + width, 0);
    for (let column = 0; column < columns; column++) {
      line += <f64>load<f32>(plane + (<usize>(row * columns + column) << 2));
      const at = below + (<usize>(column + 1) << 3);
      store<f64>(at + width, load<f64>(at) + line);
    }
  }
}

/** Value of a row of sums at a position between corners, by linear interpolation; 0 .. size. */
// @ts-ignore: decorator
@inline
function sumAt(row: usize, at: f64, size: i32): f64 {
  const corner = min(size - 1, <i32>at);
  const share = at - <f64>corner;
  const left = row + (<usize>corner << 3);
  return (1 - share) * load<f64>(left) + share * load<f64>(left + 8);
}

/**
 * out [rows x columns], f32: the integral of the plane, whose table is `sums`, over the part on the grid of a rectangle
 * of 2 halfColumns x 2 halfRows around each cell's centre. `line` is scratch, [columns + 1] f64.
 */
export function footprintSums(
  sums: usize, columns: i32, rows: i32, halfColumns: f64, halfRows: f64, line: usize, out: usize,
): void {
  const width = <usize>(columns + 1) << 3;
  for (let row = 0; row < rows; row++) {
    const bottom = max(0, <f64>row + 0.5 - halfRows);
    const top = min(<f64>rows, <f64>row + 0.5 + halfRows);
    const b = min(rows - 1, <i32>bottom);
    const t = min(rows - 1, <i32>top);
    const db = bottom - <f64>b;
    const dt = top - <f64>t;
    const lower = sums + <usize>b * width;
    const upper = sums + <usize>t * width;
    for (let at: usize = 0; at < width; at += 8) {
      const above = (1 - dt) * load<f64>(upper + at) + dt * load<f64>(upper + width + at);
      store<f64>(line + at, above - (1 - db) * load<f64>(lower + at) - db * load<f64>(lower + width + at));
    }
    for (let column = 0; column < columns; column++) {
      const left = max(0, <f64>column + 0.5 - halfColumns);
      const right = min(<f64>columns, <f64>column + 0.5 + halfColumns);
      const sum = sumAt(line, right, columns) - sumAt(line, left, columns);
      store<f32>(out + (<usize>(row * columns + column) << 2), <f32>sum);
    }
  }
}
