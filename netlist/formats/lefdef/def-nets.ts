// The NETS section of DEF: the pins of nets, and net weights. Routing is ignored.
import type { DefNets } from "./def-design.js";
import type { Statement } from "./statements.js";

export class NetCollector {
  readonly notes: string[] = [];
  private readonly names: string[] = [];
  private readonly weights: number[] = [];
  private readonly isSupply: number[] = [];
  private readonly starts: number[] = [0];
  private readonly components: number[] = [];
  private readonly pins: number[] = [];
  private readonly lines: number[] = [];
  private readonly pinNumbers = new Map<string, number>();

  /** Reads `- name ( component pin ) …` after the dash. */
  read(statement: Statement, componentOf: (name: string) => number | undefined): void {
    const line = statement.lines[0]!;
    const name = statement.take("the net's name");
    while (statement.peek() === "(") {
      statement.at++;
      const component = statement.take("a component or PIN");
      const pin = statement.take("a pin");
      if (component === "*") {
        this.notes.push(
          `${statement.path}:${line}: net '${name}': '( * ${pin} )' is left out, all components have it`,
        );
      } else {
        const index = component === "PIN" ? -1 : componentOf(component);
        if (index === undefined) {
          statement.at -= 2;
          throw statement.error(
            `net '${name}' connects component '${component}', which COMPONENTS does not list`,
            "are COMPONENTS and NETS of the same design?",
          );
        }
        this.components.push(index);
        this.pins.push(this.numberOf(pin));
      }
      while (!statement.done && statement.peek() !== ")") statement.at++; // + SYNTHESIZED
      statement.expect(")");
    }
    let weight = 1;
    let supply = 0;
    while (!statement.done) {
      statement.skipOption();
      if (statement.done) break;
      statement.expect("+");
      const option = statement.take("an option");
      if (option === "WEIGHT") {
        weight = statement.takeNumber("a weight");
        if (weight < 0) throw statement.error(`net '${name}' has weight ${weight}, 0 or more was expected`);
      } else if (option === "USE") {
        const use = statement.take("a use");
        supply = use === "POWER" || use === "GROUND" ? 1 : 0;
      }
    }
    this.names.push(name);
    this.weights.push(weight);
    this.isSupply.push(supply);
    this.starts.push(this.components.length);
    this.lines.push(line);
  }

  finish(): DefNets {
    return {
      count: this.names.length,
      names: this.names,
      weights: Float64Array.from(this.weights),
      isSupply: Uint8Array.from(this.isSupply),
      starts: Int32Array.from(this.starts),
      components: Int32Array.from(this.components),
      pins: Int32Array.from(this.pins),
      pinNames: [...this.pinNumbers.keys()],
      lines: Int32Array.from(this.lines),
    };
  }

  private numberOf(pin: string): number {
    let number = this.pinNumbers.get(pin);
    if (number === undefined) {
      number = this.pinNumbers.size;
      this.pinNumbers.set(pin, number);
    }
    return number;
  }
}
