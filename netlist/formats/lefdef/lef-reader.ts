// Reader of LEF: technology and masters as far as macro placement needs them. Unknown statements are ignored; errors in
// known ones are reported. Facts: LEF/DEF 5.8 Language Reference.

import { append } from "../../arrays.js";
import { readWordChunks } from "../../files.js";
import { InputError } from "../../input-error.js";
import { type Point, type Rect, unionOf } from "./geometry.js";
import {
  type LefDirection,
  type LefLibrary,
  type LefPin,
  type LefShape,
  LibraryBuilder,
} from "./lef-library.js";
import {
  lengthOf,
  NUMERIC,
  outlineOf,
  pointOf,
  positive,
  readParts,
  readShape,
  sharesOf,
  sizeOf,
  tidy,
} from "./lef-shapes.js";
import { type Statement, StatementScanner } from "./statements.js";

/** Reads LEF files, gzip or not, as one library. The technology may be in any of them. Throws `InputError`. */
export async function readLef(paths: readonly string[]): Promise<LefLibrary> {
  const builder = new LibraryBuilder();
  for (const path of paths) {
    const reader = new LefReader(path, builder);
    const scanner = new StatementScanner(path, reader);
    for await (const chunk of readWordChunks(path)) scanner.push(chunk);
    reader.end(scanner.end());
  }
  return builder;
}

/** Reads LEF from text. Errors name `path`. */
export function readLefText(text: string, path = "text.lef"): LefLibrary {
  const builder = new LibraryBuilder();
  const reader = new LefReader(path, builder);
  const scanner = new StatementScanner(path, reader);
  scanner.push(Buffer.from(text));
  reader.end(scanner.end());
  return builder;
}

/** State of the reader. `Skip` ignores everything up to `END` and the name in `skipTo`. */
type Context = "Top" | "Units" | "Layer" | "Site" | "Macro" | "Pin" | "Shapes" | "Density" | "Skip";

/** Top-level sections that end with their own keyword. */
const NAMELESS = ["PROPERTYDEFINITIONS", "SPACING", "IRDROP"];
/** Named sections that are ignored. */
const SKIPPED = ["VIA", "VIARULE", "NONDEFAULTRULE", "ARRAY"];

/** Statements and sections at the top level. */
const TOP = [
  ...["VERSION", "BUSBITCHARS", "DIVIDERCHAR", "NAMESCASESENSITIVE", "UNITS", "MANUFACTURINGGRID"],
  ...["USEMINSPACING", "CLEARANCEMEASURE", "LAYER", "SITE", "MACRO", ...NAMELESS, ...SKIPPED],
];

const DIRECTIONS = ["INPUT", "OUTPUT", "INOUT", "FEEDTHRU"];

/** Adds the statements of one LEF file to a library. */
class LefReader {
  private readonly path: string;
  private readonly library: LibraryBuilder;
  private context: Context = "Top";
  private skipTo = "";
  private afterSkip: Context = "Top";
  private statements = 0;
  private openLine = 0;

  private name = "";
  private isRouting = false;
  private direction: "H" | "V" | undefined;
  private pitch: readonly number[] = [];
  private width = 0;

  private size: Point | undefined;
  private masterClass = "";
  private origin: Point = [0, 0];
  private symmetry: string[] | undefined;
  private pins = new Map<string, LefPin>();
  private rawPins: { name: string; direction: LefDirection; bounds: Rect | undefined }[] = [];
  private pinName = "";
  private pinDirection: LefDirection = "INPUT";
  private pinBounds: Rect | undefined;
  private obstructions: LefShape[] = [];
  private overlaps: Rect[] = [];
  private shapesOfPin = false;
  private shapeLayer = "";
  private shapeWidth = 0;

  constructor(path: string, library: LibraryBuilder) {
    this.path = path;
    this.library = library;
  }

  /** LEF sections begin with a keyword and a name and close with END, without semicolons. */
  readonly endsHere = (statement: Statement): boolean => {
    const { count, words } = statement;
    const first = words[0]!.toUpperCase();
    if (this.context === "Skip") {
      if (words[count - 1] === this.skipTo && count === 2 && first === "END") return true;
      // Not the end that is looked for: drop the words so far.
      if (words[count - 1]!.toUpperCase() !== "END") statement.count = 0;
      else if (count > 1) this.keepLastWord(statement);
      return false;
    }
    if (first === "END") return count === (this.context === "Shapes" || this.context === "Density" ? 1 : 2);
    if (count === 1) {
      if (this.context === "Top") return first === "UNITS" || NAMELESS.includes(first);
      if (this.context === "Macro") return first === "OBS" || first === "DENSITY" || first === "TIMING";
      return this.context === "Pin" && first === "PORT";
    }
    if (count > 2) return false;
    if (this.context === "Top") return ["LAYER", "SITE", "MACRO", ...SKIPPED].includes(first);
    return this.context === "Macro" && first === "PIN";
  };

  private keepLastWord(statement: Statement): void {
    const last = statement.count - 1;
    statement.words[0] = statement.words[last]!;
    statement.lines[0] = statement.lines[last]!;
    statement.count = 1;
  }

  readonly handle = (statement: Statement): void => {
    this.statements++;
    const keyword = statement.take("a keyword").toUpperCase();
    if (keyword === "END") this.close(statement);
    else if (this.context === "Top") this.top(keyword, statement);
    else if (this.context === "Units") this.units(keyword, statement);
    else if (this.context === "Layer") this.layer(keyword, statement);
    else if (this.context === "Site") this.site(keyword, statement);
    else if (this.context === "Macro") this.macro(keyword, statement);
    else if (this.context === "Pin") this.pin(keyword, statement);
    else if (this.context === "Shapes") this.shape(keyword, statement);
  };

  /** Checks at the end of the file that no section is open. */
  end(lines: number): void {
    if (this.context !== "Top")
      throw new InputError(
        `${this.path}:${lines}`,
        `the file ends inside '${this.name || this.skipTo}', which begins at line ${this.openLine}`,
        "is the file complete?",
      );
    if (this.statements === 0)
      throw new InputError(this.path, "holds no LEF statement", "is this a LEF file?");
  }

  private top(keyword: string, statement: Statement): void {
    this.openLine = statement.lines[0]!;
    if (keyword === "UNITS") this.context = "Units";
    else if (NAMELESS.includes(keyword)) this.skip(keyword, "Top");
    else if (SKIPPED.includes(keyword)) this.skip(statement.take("a name"), "Top");
    else if (keyword === "LAYER") {
      this.begin("Layer", statement);
      this.isRouting = false;
      this.direction = undefined;
      this.pitch = [];
      this.width = 0;
    } else if (keyword === "SITE") {
      this.begin("Site", statement);
    } else if (keyword === "MACRO") {
      this.begin("Macro", statement);
      this.masterClass = "";
      this.origin = [0, 0];
      this.symmetry = undefined;
      this.rawPins = [];
      this.pins = new Map();
      this.obstructions = [];
      this.overlaps = [];
    } else if (keyword === "MANUFACTURINGGRID") {
      this.library.manufacturingGrid ??= positive(statement, "the manufacturing grid");
    } else if (!TOP.includes(keyword) && this.holdsAnother(statement)) {
      statement.at = 0;
      throw statement.error(
        `'${statement.words[0]}', a LEF statement such as VERSION was expected`,
        "is a semicolon missing, or a word too many?",
      );
    } else if (this.statements === 1 && !/^[A-Z0-9_]+$/.test(keyword)) {
      throw statement.error(
        `'${keyword}', a LEF statement such as VERSION was expected`,
        "is this a LEF file?",
      );
    }
  }

  /** Whether a later line of a statement begins with the keyword of another. */
  private holdsAnother({ words, lines, count }: Statement): boolean {
    for (let i = 1; i < count; i++) if (lines[i] !== lines[i - 1] && TOP.includes(words[i]!)) return true;
    return false;
  }

  private begin(context: Context, statement: Statement): void {
    this.context = context;
    this.name = statement.take("a name");
    this.size = undefined;
  }

  private skip(to: string, then: Context): void {
    this.context = "Skip";
    this.skipTo = to;
    this.afterSkip = then;
  }

  private close(statement: Statement): void {
    const { context } = this;
    if (context === "Skip") {
      this.context = this.afterSkip;
    } else if (context === "Shapes" || context === "Density") {
      this.context = context === "Shapes" && this.shapesOfPin ? "Pin" : "Macro";
    } else if (context === "Top") {
      // END LIBRARY
    } else {
      const expected = context === "Units" ? "UNITS" : context === "Pin" ? this.pinName : this.name;
      if (statement.peek() !== expected)
        throw statement.error(
          `'END ${statement.peek()}' closes ${context.toUpperCase()} '${expected}', 'END ${expected}' was expected`,
        );
      if (context === "Pin") this.closePin();
      else if (context === "Macro") this.closeMacro(statement);
      else if (context === "Layer") this.closeLayer();
      else if (context === "Site") this.closeSite(statement);
      this.context = context === "Pin" ? "Macro" : "Top";
    }
  }

  private units(keyword: string, statement: Statement): void {
    if (keyword !== "DATABASE") return;
    statement.take("MICRONS");
    const units = positive(statement, "database units per micron");
    this.library.databaseUnits = Math.max(this.library.databaseUnits ?? 0, units);
  }

  private layer(keyword: string, statement: Statement): void {
    if (keyword === "TYPE") {
      const type = statement.take("a type").toUpperCase();
      this.isRouting = type === "ROUTING";
      if (type === "OVERLAP") this.library.overlapLayers.add(this.name);
    } else if (keyword === "DIRECTION") {
      const direction = statement.take("a direction").toUpperCase();
      this.direction = direction.startsWith("H") ? "H" : direction.startsWith("V") ? "V" : undefined;
    } else if (keyword === "PITCH") {
      this.pitch = [
        positive(statement, "a pitch"),
        ...(NUMERIC.test(statement.peek()) ? [positive(statement, "a pitch")] : []),
      ];
    } else if (keyword === "WIDTH") {
      this.width = lengthOf(statement, "a width");
    }
  }

  private closeLayer(): void {
    if (!this.isRouting) return;
    // Two pitches are those in x and in y. Horizontal wires are spaced in y.
    const pitch = this.direction === "H" ? (this.pitch[1] ?? this.pitch[0]) : this.pitch[0];
    this.library.addLayer({
      name: this.name,
      direction: this.direction,
      pitch: pitch ?? 0,
      width: this.width,
    });
  }

  private site(keyword: string, statement: Statement): void {
    if (keyword === "SIZE") this.size = sizeOf(statement);
  }

  private closeSite(statement: Statement): void {
    if (!this.size) throw statement.error(`SITE '${this.name}' has no SIZE`);
    this.library.sites.set(this.name, { name: this.name, width: this.size[0], height: this.size[1] });
  }

  private macro(keyword: string, statement: Statement): void {
    if (keyword === "CLASS") this.masterClass = statement.take("a class").toUpperCase();
    else if (keyword === "SIZE") this.size = sizeOf(statement);
    else if (keyword === "ORIGIN") this.origin = pointOf(statement);
    else if (keyword === "SYMMETRY") {
      this.symmetry = [];
      while (!statement.done) this.symmetry.push(statement.take("X, Y or R90").toUpperCase());
    } else if (keyword === "PIN") {
      this.context = "Pin";
      this.pinName = statement.take("a pin's name");
      this.pinDirection = "INPUT";
      this.pinBounds = undefined;
    } else if (keyword === "OBS") {
      this.openShapes(false);
    } else if (keyword === "DENSITY") {
      this.context = "Density";
    } else if (keyword === "TIMING") {
      this.skip("TIMING", "Macro");
    }
  }

  private pin(keyword: string, statement: Statement): void {
    if (keyword === "DIRECTION") {
      const direction = statement.take("a direction").toUpperCase();
      if (!DIRECTIONS.includes(direction))
        throw statement.error(
          `pin '${this.pinName}' has direction '${direction}', one of ${DIRECTIONS.join(" ")} was expected`,
        );
      this.pinDirection = direction as LefDirection;
    } else if (keyword === "PORT") {
      this.openShapes(true);
    }
  }

  private openShapes(ofPin: boolean): void {
    this.context = "Shapes";
    this.shapesOfPin = ofPin;
    this.shapeLayer = "";
    this.shapeWidth = 0;
  }

  private shape(keyword: string, statement: Statement): void {
    if (keyword === "LAYER") {
      this.shapeLayer = statement.take("a layer");
      this.shapeWidth = this.library.layers.find(({ name }) => name === this.shapeLayer)?.width ?? 0;
      return;
    }
    if (keyword === "WIDTH") {
      this.shapeWidth = lengthOf(statement, "a width");
      return;
    }
    if (!this.shapesOfPin && this.isOverlap(this.shapeLayer)) {
      append(this.overlaps, readParts(keyword, statement, this.shapeWidth));
      return;
    }
    const rect = readShape(keyword, statement, this.shapeWidth);
    if (!rect) return;
    if (this.shapesOfPin) this.pinBounds = unionOf(this.pinBounds, rect);
    else this.obstructions.push({ ...rect, layer: this.shapeLayer });
  }

  /** Whether a layer makes outlines: one of TYPE OVERLAP, or of the usual name if its own file comes later. */
  private isOverlap(layer: string): boolean {
    const { overlapLayers, layers } = this.library;
    return overlapLayers.has(layer) || (layer === "OVERLAP" && !layers.some(({ name }) => name === layer));
  }

  private closePin(): void {
    this.rawPins.push({ name: this.pinName, direction: this.pinDirection, bounds: this.pinBounds });
  }

  private closeMacro(statement: Statement): void {
    const { size, origin, name } = this;
    if (!size) throw statement.error(`MACRO '${name}' has no SIZE`, "give it one: SIZE width BY height ;");
    const [width, height] = size;
    for (const pin of this.rawPins) {
      const { bounds } = pin;
      this.pins.set(pin.name, {
        name: pin.name,
        direction: pin.direction,
        xOffset: bounds ? tidy((bounds.left + bounds.right) / 2 + origin[0] - width / 2) : 0,
        yOffset: bounds ? tidy((bounds.bottom + bounds.top) / 2 + origin[1] - height / 2) : 0,
      });
    }
    this.library.addMaster({
      name,
      masterClass: this.masterClass,
      width,
      height,
      symmetry: this.symmetry,
      pins: this.pins,
      outline: outlineOf(this.overlaps, size, origin),
      obstructed: sharesOf(this.obstructions, width * height),
      where: `${this.path}:${this.openLine}`,
    });
  }
}
