// The COMPONENTS section of DEF.
import { type DefComponents, PlaceStatus } from "./def-design.js";
import type { Rect } from "./geometry.js";
import { readOrientation, readPoint, type Statement } from "./statements.js";

const STATUSES: Readonly<Record<string, number>> = {
  UNPLACED: PlaceStatus.Unplaced,
  PLACED: PlaceStatus.Placed,
  FIXED: PlaceStatus.Fixed,
  COVER: PlaceStatus.Cover,
};

export class ComponentCollector {
  private readonly numbers = new Map<string, number>();
  private readonly masterNumbers = new Map<string, number>();
  private readonly names: string[] = [];
  private readonly masters: number[] = [];
  private readonly statuses: number[] = [];
  private readonly xs: number[] = [];
  private readonly ys: number[] = [];
  private readonly orientations: number[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly lines: number[] = [];
  private readonly halos = new Map<number, Rect>();
  private readonly regions = new Map<number, string>();

  /** Number of a component, or undefined. */
  readonly indexOf = (name: string): number | undefined => this.numbers.get(name);

  /** Reads `- name master …` after the dash. */
  read(statement: Statement): void {
    const index = this.names.length;
    const name = statement.take("the component's name");
    const earlier = this.numbers.get(name);
    if (earlier !== undefined) {
      statement.at--;
      throw statement.error(`component '${name}' is defined twice, first at line ${this.lines[earlier]}`);
    }
    const master = statement.take("the component's master");
    let start = statement.ends[statement.at - 1]!;
    let end = start;
    let [status, x, y, orientation] = [PlaceStatus.Unplaced as number, 0, 0, 0];
    while (!statement.done) {
      statement.expect("+");
      const option = statement.take("an option");
      const given = STATUSES[option];
      if (given !== undefined) {
        status = given;
        start = statement.starts[statement.at - 1]!;
        if (given !== PlaceStatus.Unplaced || statement.peek() === "(") {
          [x, y] = readPoint(statement);
          orientation = readOrientation(statement);
        }
        end = statement.ends[statement.at - 1]!;
      } else if (option === "HALO") {
        if (statement.peek() === "SOFT") statement.at++;
        const side = () => statement.takeInteger("a halo's width");
        this.halos.set(index, { left: side(), bottom: side(), right: side(), top: side() });
      } else if (option === "REGION") {
        this.regions.set(index, statement.take("a region"));
      }
      statement.skipOption();
    }
    this.numbers.set(name, index);
    this.names.push(name);
    let number = this.masterNumbers.get(master);
    if (number === undefined) {
      number = this.masterNumbers.size;
      this.masterNumbers.set(master, number);
    }
    this.masters.push(number);
    this.statuses.push(status);
    this.xs.push(x);
    this.ys.push(y);
    this.orientations.push(status === PlaceStatus.Unplaced ? 0 : orientation);
    this.starts.push(start);
    this.ends.push(end);
    this.lines.push(statement.lines[0]!);
  }

  finish(): DefComponents {
    return {
      count: this.names.length,
      names: this.names,
      masters: Int32Array.from(this.masters),
      masterNames: [...this.masterNumbers.keys()],
      statuses: Uint8Array.from(this.statuses),
      xs: Int32Array.from(this.xs),
      ys: Int32Array.from(this.ys),
      orientations: Uint8Array.from(this.orientations),
      starts: Float64Array.from(this.starts),
      ends: Float64Array.from(this.ends),
      lines: Int32Array.from(this.lines),
      halos: this.halos,
      regions: this.regions,
    };
  }
}
