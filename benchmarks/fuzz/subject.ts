// One thing that is fuzzed.
import type { Random } from "../../netlist/index.js";

export interface OpenSubject {
  /**
   * Makes one input from the random stream and has it read. Throws `InputError` where the input was refused; anything
   * else that it throws is a finding.
   */
  run(random: Random): Promise<unknown>;
  /** Bytes of the last input. */
  readonly bytes: number;
  close?(): Promise<void>;
}

/** Writes valid files to an empty folder, reads them once, and is then ready for any number of inputs. */
export type Subject = (folder: string) => Promise<OpenSubject>;
