// Reader of DEF: floorplan, components, pins, nets, constraints. Everything else is ignored and counted; writing the file
// back keeps it byte for byte. Facts: LEF/DEF 5.8 Language Reference.

import { append } from "../../arrays.js";
import { readWordChunks } from "../../files.js";
import { InputError } from "../../input-error.js";
import { ComponentCollector } from "./def-components.js";
import {
  readBlockage,
  readGroup,
  readRegion,
  readRoutingBlockage,
  unknownRegions,
} from "./def-constraints.js";
import type {
  DefBlockage,
  DefDesign,
  DefGroup,
  DefPin,
  DefRegion,
  DefRoutingBlockage,
} from "./def-design.js";
import { Floorplan, readPin } from "./def-floorplan.js";
import { NetCollector } from "./def-nets.js";
import { type Statement, StatementScanner } from "./statements.js";

/** Reads a DEF file, gzip or not. Throws `InputError` with the line of the error. */
export async function readDef(path: string): Promise<DefDesign> {
  const reader: DefReader = new DefReader(path, (words) => {
    scanner.keep = words;
  });
  const scanner = new StatementScanner(path, reader);
  for await (const chunk of readWordChunks(path)) scanner.push(chunk);
  return reader.finish(scanner.end());
}

/** Reads DEF from text. Errors name `path`. */
export function readDefText(text: string, path = "text.def"): DefDesign {
  const reader: DefReader = new DefReader(path, (words) => {
    scanner.keep = words;
  });
  const scanner = new StatementScanner(path, reader);
  scanner.push(Buffer.from(text));
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

/** Statements about the file, not about the design. */
const HEADER = ["VERSION", "DIVIDERCHAR", "BUSBITCHARS", "NAMESCASESENSITIVE", "TECHNOLOGY", "HISTORY"];

/** Handles the statements of a DEF file. `setKeep` limits how many words of each the scanner keeps. */
class DefReader {
  private readonly path: string;
  private readonly setKeep: (words: number) => void;
  private section = "";
  private sectionLine = 0;
  private readonly seen = new Set<string>();
  private announced = 0;
  private found = 0;
  private ended = false;
  private statements = 0;

  private name: string | undefined;
  private readonly floorplan = new Floorplan();
  private readonly components = new ComponentCollector();
  private readonly pins: DefPin[] = [];
  private readonly nets = new NetCollector();
  private readonly blockages: DefBlockage[] = [];
  private readonly routingBlockages: DefRoutingBlockage[] = [];
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
    const { units, die, rows, tracks } = this.floorplan;
    if (units === undefined)
      throw new InputError(this.path, "no UNITS DISTANCE MICRONS statement, one was expected");
    const components = this.components.finish();
    return {
      path: this.path,
      name: this.name,
      units,
      die,
      rows,
      tracks,
      components,
      pins: this.pins,
      nets: this.nets.finish(),
      blockages: this.blockages,
      routingBlockages: this.routingBlockages,
      regions: this.regions,
      groups: this.groups,
      ignored: this.ignored,
      notes: [
        ...this.notes,
        ...this.nets.notes,
        ...unknownRegions(this.path, this.regions, {
          groups: this.groups,
          ofComponents: components.regions.values(),
        }),
      ],
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
    } else if (keyword === "DESIGN") {
      this.name = statement.take("the design's name");
      statement.expectEnd();
    } else if (keyword === "UNITS") this.floorplan.readUnits(statement);
    else if (keyword === "DIEAREA") this.floorplan.readDie(statement);
    else if (keyword === "ROW") this.floorplan.readRow(statement);
    else if (keyword === "TRACKS") this.floorplan.readTracks(statement);
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
    this.seen.add(section);
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
    if (READ_SECTIONS.includes(section)) this.refuseTwo(statement);
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
    else if (section === "NETS") this.nets.read(statement, (name) => this.componentOf(name, statement));
    else if (section === "BLOCKAGES") {
      const blockages = readBlockage(statement);
      if (blockages) append(this.blockages, blockages);
      else {
        this.ignore(`BLOCKAGES ${statement.peek()}`); // by all but the global router
        if (statement.peek() === "LAYER") append(this.routingBlockages, readRoutingBlockage(statement));
      }
    } else if (section === "REGIONS") this.regions.push(readRegion(statement));
    else if (section === "GROUPS") this.groups.push(readGroup(statement));
    else this.ignore(section);
  }

  private componentOf(name: string, statement: Statement): number | undefined {
    const index = this.components.indexOf(name);
    if (index === undefined && !this.seen.has("COMPONENTS"))
      throw statement.error(
        `NETS connects component '${name}' before COMPONENTS lists it`,
        "write COMPONENTS before NETS, as the DEF reference has it",
      );
    return index;
  }

  /** A missing semicolon must not make two items one, nor an item and the section's end. */
  private refuseTwo({ words, lines, count, path }: Statement): void {
    for (let i = 1; i < count; i++) {
      if (words[i] !== "-" && !(words[i] === "END" && words[i + 1] === this.section && i + 1 < count))
        continue;
      throw new InputError(
        `${path}:${lines[i]}`,
        `'${words.slice(i, Math.min(i + 2, count)).join(" ")}' inside the item '${words.slice(0, Math.min(i, 2)).join(" ")}' of line ${lines[0]}`,
        "is a semicolon missing before it?",
      );
    }
  }

  private ignore(what: string): void {
    this.ignored.set(what, (this.ignored.get(what) ?? 0) + 1);
  }
}
