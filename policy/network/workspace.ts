// Scratch arrays of one network in kernel memory. The kernels' heap never frees, so a workspace asks once for all
// arrays of a problem size and asks again only when a larger problem comes.
import type { Kernels } from "../../kernels/index.js";

const LINE = 16; // numbers to a cache line

/** Named arrays of 32-bit numbers, laid one behind the other in one block that grows when it must. */
export class Workspace<Name extends string> {
  private readonly kernels: Kernels;
  private block: Float32Array;

  constructor(kernels: Kernels) {
    this.kernels = kernels;
    this.block = kernels.f32(0);
  }

  /** Addresses of arrays of these lengths. Contents are undefined; earlier addresses are no longer valid. */
  lay(lengths: Readonly<Record<Name, number>>): Record<Name, number> {
    const names = Object.keys(lengths) as Name[];
    const padded = (name: Name): number => Math.ceil(lengths[name] / LINE) * LINE;
    const total = names.reduce((sum, name) => sum + padded(name), 0);
    if (total > this.block.length) this.block = this.kernels.f32(total);
    const addresses = {} as Record<Name, number>;
    let address = this.block.byteOffset;
    for (const name of names) {
      addresses[name] = address;
      address += padded(name) * 4;
    }
    return addresses;
  }

  /** A view of `length` numbers at an address that `lay` gave. */
  view(address: number, length: number): Float32Array {
    return new Float32Array(this.kernels.handle.memory.buffer, address, length);
  }
}
