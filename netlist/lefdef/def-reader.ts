// Reader of DEF: floorplan, components, pins, nets, constraints. Everything else is passed over and counted; writing
// back keeps it byte for byte. Facts: LEF/DEF 5.8 Language Reference.
import { InputError } from "../input-error.js";
import { readLineChunks } from "../text-stream.js";
import { ComponentCollector } from "./def-components.js";
import type { DefBlockage, DefDesign, DefGroup, DefPin, DefRegion, DefTracks } from "./def-design.js";
import { NetCollector } from "./def-nets.js";
import { readPin } from "./def-pins.js";
import { readOrientation, readPoint, readPoints } from "./def-points.js";
import { boundsOf, isRectilinear, type Point, type Rect, rectOf, slabsOf, unionOf } from "./geometry.js";
import { type Statement, StatementScanner } from "./statements.js";

/** Reads a DEF file, gzip or not. Throws `InputError` with the line of what is wrong. */
export async function readDef(path: string): Promise<DefDesign> {
  const reader: DefReader = new DefReader(path, (words) => {
    scanner.keep = words;
  });
  const scanner = new StatementScanner(path, reader);
  for await (const chunk of readLineChunks(path)) scanner.push(chunk);
  return reader.finish(scanner.end());
}

/** Sections that begin with `NAME count ;`. */
const READ_SECTIONS = ["COMPONENTS", "PINS", "NETS", "BLOCKAGES", "REGIONS", "GROUPS"];
const SKIPPED_SECTIONS = [
  "SPECIALNETS",
  "VIAS",
  "STYLES",
  "NONDEFAULTRULES",
  "PINPROPERTIES",
  "SLOTS",
  "FILLS",
  "SCANCHAINS",
  "IOTIMINGS",
  "PARTITIONS",
  "CONSTRAINTS",
];

/** Statements about the file itself, which say nothing about the design. */
const HEADER = ["VERSION", "DIVIDERCHAR", "BUSBITCHARS", "NAMESCASESENSITIVE", "TECHNOLOGY", "HISTORY"];

/** Takes the statements of a DEF file. `setKeep` asks the scanner to keep only so many words of each. */
export class DefReader {
  private readonly path: string;
  private readonly setKeep: (words: number) => void;
  private section = "";
  private sectionLine = 0;
  private announced = 0;
  private found = 0;
  private ended = false;
  private statements = 0;

  private name: string | undefined;
  private units: number | undefined;
  private die: readonly Point[] = [];
  private rowCount = 0;
  private core: Rect | undefined;
  private readonly tracks: DefTracks[] = [];
  private readonly components = new ComponentCollector();
  private readonly pins: DefPin[] = [];
  private readonly nets = new NetCollector();
  private readonly blockages: DefBlockage[] = [];
  private readonly regions: DefRegion[] = [];
  private readonly groups: DefGroup[] = [];
  private readonly ignored = new Map<string, number>();
  private readonly notes: string[] = [];

  constructor(path: string, setKeep: (words: number) => void) {
    this.path = path;
    this.setKeep = setKeep;
  }

  readonly endsHere = (statement: Statement): boolean => {
    const { count, words } = statement;
    if (count === 2) return words[0] === "END";
    return count === 1 && words[0] === "PROPERTYDEFINITIONS" && this.section === "";
  };

  readonly handle = (statement: Statement): void => {
    if (this.ended) throw statement.error(`'${statement.peek()}' after END DESIGN`);
    this.statements++;
    if (statement.peek() === "END") this.close(statement);
    else if (this.section === "") this.top(statement);
    else this.item(statement);
  };

  finish(lines: number): DefDesign {
    const where = `${this.path}:${lines}`;
    if (this.statements === 0)
      throw new InputError(this.path, "holds no DEF statement", "is this a DEF file?");
    if (this.section !== "")
      throw new InputError(
        where,
        `the file ends inside ${this.section}, which begins at line ${this.sectionLine}`,
        "is the file complete?",
      );
    if (!this.ended) throw new InputError(where, "the file ends without END DESIGN", "is the file complete?");
    if (this.name === undefined) throw new InputError(this.path, "no DESIGN statement, one was expected");
    if (this.units === undefined)
      throw new InputError(this.path, "no UNITS DISTANCE MICRONS statement, one was expected");
    return {
      path: this.path,
      name: this.name,
      units: this.units,
      die: this.die,
      rowCount: this.rowCount,
      core: this.core,
      tracks: this.tracks,
      components: this.components.finish(),
      pins: this.pins,
      nets: this.nets.finish(),
      blockages: this.blockages,
      regions: this.regions,
      groups: this.groups,
      ignored: this.ignored,
      notes: [...this.notes, ...this.nets.notes],
    };
  }

  private top(statement: Statement): void {
    const keyword = statement.take("a keyword");
    if (READ_SECTIONS.includes(keyword) || SKIPPED_SECTIONS.includes(keyword)) {
      this.open(keyword, statement);
      this.announced = statement.takeInteger(`the number of ${keyword}`);
      if (this.announced < 0) throw statement.error(`${keyword} ${this.announced}, 0 or more was expected`);
    } else if (keyword === "PROPERTYDEFINITIONS") {
      this.open(keyword, statement);
      this.announced = -1;
    } else if (keyword === "DESIGN") this.name = statement.take("the design's name");
    else if (keyword === "UNITS") this.readUnits(statement);
    else if (keyword === "DIEAREA") this.readDie(statement);
    else if (keyword === "ROW") this.readRow(statement);
    else if (keyword === "TRACKS") this.readTracks(statement);
    else if (HEADER.includes(keyword)) return;
    else if (/^[A-Z][A-Z0-9_]*$/.test(keyword)) this.ignore(keyword);
    else
      throw statement.error(
        `'${keyword}', a DEF statement or section was expected`,
        this.statements === 1 ? "is this a DEF file?" : undefined,
      );
  }

  private open(section: string, statement: Statement): void {
    this.section = section;
    this.sectionLine = statement.lines[0]!;
    this.found = 0;
    if (!READ_SECTIONS.includes(section)) this.setKeep(2);
  }

  private close(statement: Statement): void {
    statement.take("END");
    const name = statement.take("what ends");
    if (name === "DESIGN" && this.section === "") {
      this.ended = true;
      return;
    }
    if (name !== this.section) {
      statement.at = 1;
      throw statement.error(
        this.section === ""
          ? `'END ${name}' closes nothing`
          : `'END ${name}' inside ${this.section}, which begins at line ${this.sectionLine}; 'END ${this.section}' was expected`,
      );
    }
    if (this.announced >= 0 && this.announced !== this.found)
      this.notes.push(
        `${this.path}:${this.sectionLine}: ${this.section} announces ${this.announced}, ${this.found} are listed`,
      );
    this.section = "";
    this.setKeep(Number.POSITIVE_INFINITY);
  }

  private item(statement: Statement): void {
    const { section } = this;
    if (section === "PROPERTYDEFINITIONS") {
      this.ignore(section);
      return;
    }
    if (statement.take("'-'") !== "-") {
      statement.at = 0;
      if (READ_SECTIONS.includes(section))
        throw statement.error(
          `'${statement.peek()}' inside ${section}, '-' or 'END ${section}' was expected`,
        );
      return; // such as the parts of a scan chain or of constraints
    }
    this.found++;
    if (section === "COMPONENTS") this.components.read(statement);
    else if (section === "PINS") this.pins.push(readPin(statement));
    else if (section === "NETS") this.nets.read(statement, this.components.indexOf);
    else if (section === "BLOCKAGES") this.readBlockage(statement);
    else if (section === "REGIONS") this.regions.push(readRegion(statement));
    else if (section === "GROUPS") this.groups.push(readGroup(statement));
    else this.ignore(section);
  }

  private ignore(what: string): void {
    this.ignored.set(what, (this.ignored.get(what) ?? 0) + 1);
  }

  private readUnits(statement: Statement): void {
    statement.expect("DISTANCE");
    statement.expect("MICRONS");
    this.units = statement.takeInteger("database units per micron");
    if (this.units > 0) return;
    statement.at--;
    throw statement.error(`UNITS DISTANCE MICRONS ${this.units}, more than 0 was expected`);
  }

  private readDie(statement: Statement): void {
    const points = readPoints(statement);
    if (points.length < 2)
      throw statement.error(`DIEAREA with ${points.length} points, 2 or more were expected`);
    if (points.length > 2 && !isRectilinear(points))
      throw statement.error("DIEAREA has a slanting edge, horizontal and vertical ones were expected");
    const { left, bottom, right, top } = boundsOf(points);
    if (!(right > left && top > bottom))
      throw statement.error(`DIEAREA is ${right - left} x ${top - bottom}, both more than 0 were expected`);
    this.die = points;
  }

  private readRow(statement: Statement): void {
    statement.take("the row's name");
    statement.take("the row's site");
    const x = statement.takeInteger("x");
    const y = statement.takeInteger("y");
    readOrientation(statement);
    this.rowCount++;
    if (statement.peek() !== "DO") return;
    statement.take("DO");
    const columns = statement.takeInteger("a number of sites");
    statement.expect("BY");
    const rows = statement.takeInteger("a number of sites");
    if (statement.peek() !== "STEP") return;
    statement.take("STEP");
    // The last site's far edge: a row of one in y does not say its height, which is below any that matters here.
    const right = x + columns * statement.takeInteger("a step in x");
    const top = y + rows * statement.takeInteger("a step in y");
    this.core = unionOf(this.core, rectOf([x, y], [right, top]));
  }

  private readTracks(statement: Statement): void {
    const axis = statement.take("X or Y");
    if (axis !== "X" && axis !== "Y") {
      statement.at--;
      throw statement.error(`TRACKS '${axis}', X or Y was expected`);
    }
    const start = statement.takeInteger("the first track");
    statement.expect("DO");
    const count = statement.takeInteger("a number of tracks");
    statement.expect("STEP");
    const step = statement.takeInteger("a step");
    while (!statement.done && statement.peek() !== "LAYER") statement.at++;
    const layers: string[] = [];
    if (!statement.done) statement.at++;
    while (!statement.done) layers.push(statement.take("a layer"));
    this.tracks.push({ axis, start, count, step, layers });
  }

  private readBlockage(statement: Statement): void {
    const line = statement.lines[0]!;
    const what = statement.take("LAYER or PLACEMENT");
    if (what !== "PLACEMENT") {
      this.ignore(`BLOCKAGES ${what}`);
      return;
    }
    let kind: DefBlockage["kind"] = "hard";
    let density = 0;
    const rects: Rect[] = [];
    while (!statement.done) {
      const word = statement.take("a word");
      if (word === "SOFT") kind = "soft";
      else if (word === "PARTIAL") {
        kind = "partial";
        density = statement.takeNumber("a density in per cent") / 100;
        if (density < 0 || density > 1)
          throw statement.error(`PARTIAL ${density * 100}, 0 to 100 per cent was expected`);
      } else if (word === "COMPONENT") statement.take("a component");
      else if (word === "RECT") rects.push(rectOf(readPoint(statement), readPoint(statement)));
      else if (word === "POLYGON") rects.push(...slabsOf(readPoints(statement)));
    }
    if (rects.length === 0) throw statement.error("a placement blockage without RECT or POLYGON");
    for (const rect of rects) this.blockages.push({ ...rect, kind, density, line });
  }
}

function readRegion(statement: Statement): DefRegion {
  const line = statement.lines[0]!;
  const name = statement.take("the region's name");
  const rects: Rect[] = [];
  while (statement.peek() === "(") rects.push(rectOf(readPoint(statement), readPoint(statement)));
  if (rects.length === 0) throw statement.error(`region '${name}' has no rectangle`);
  let type: DefRegion["type"];
  while (!statement.done) {
    statement.expect("+");
    if (statement.take("an option") === "TYPE") {
      const given = statement.take("FENCE or GUIDE");
      if (given !== "FENCE" && given !== "GUIDE")
        throw statement.error(`region '${name}' has type '${given}', FENCE or GUIDE was expected`);
      type = given;
    }
    statement.skipOption();
  }
  return { name, rects, type, line };
}

function readGroup(statement: Statement): DefGroup {
  const line = statement.lines[0]!;
  const name = statement.take("the group's name");
  const patterns: string[] = [];
  while (!statement.done && statement.peek() !== "+") patterns.push(statement.take("a component"));
  let region: string | undefined;
  while (!statement.done) {
    statement.expect("+");
    if (statement.take("an option") === "REGION" && statement.peek() !== "(")
      region = statement.take("the region's name");
    statement.skipOption();
  }
  return { name, patterns, region, line };
}
