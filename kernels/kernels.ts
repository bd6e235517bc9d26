// Access to the WASM module. A job has one compiled module and one shared memory for all its threads. Kernels are functions
// of addresses in that memory and have no state of their own, so threads may run them at the same time on arrays that do
// not overlap.
import { readFileSync } from "node:fs";
import type { KernelExports } from "./generated/kernel-types.js";

/** What another thread needs to use the same memory. It can be posted to a worker. */
export interface KernelHandle {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

const PAGE_BYTES = 65536;
const MAXIMUM_PAGES = 65536; // 4 GiB, the limit of 32-bit addresses; only used pages take memory
const ALIGNMENT = 64; // a cache line, so that threads never share one
const HEAP_TOP = 4; // index of the 32-bit word that holds the heap's end; static data starts at byte 64

let compiled: WebAssembly.Module | undefined;

/** A WASM instance and its heap. Arrays are zeroed when they are allocated, and live as long as the memory. */
export class Kernels {
  readonly run: KernelExports;
  readonly handle: KernelHandle;

  private constructor(handle: KernelHandle) {
    this.handle = handle;
    this.run = new WebAssembly.Instance(handle.module, { env: { memory: handle.memory } })
      .exports as unknown as KernelExports;
  }

  /**
   * An instance with a new memory. By default the package's own module is compiled, once per process; a browser has no
   * files and passes the module that it fetched.
   */
  static create(module: WebAssembly.Module = compiledModule()): Kernels {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });
    const kernels = new Kernels({ module, memory });
    new Int32Array(memory.buffer)[HEAP_TOP] = align(kernels.run.heapBase());
    return kernels;
  }

  /** An instance on the memory of another thread. */
  static attach(handle: KernelHandle): Kernels {
    return new Kernels(handle);
  }

  f64(length: number): Float64Array {
    const address = this.reserve(length * 8);
    return new Float64Array(this.handle.memory.buffer, address, length);
  }

  f32(length: number): Float32Array {
    const address = this.reserve(length * 4);
    return new Float32Array(this.handle.memory.buffer, address, length);
  }

  i32(length: number): Int32Array {
    const address = this.reserve(length * 4);
    return new Int32Array(this.handle.memory.buffer, address, length);
  }

  u8(length: number): Uint8Array {
    const address = this.reserve(length);
    return new Uint8Array(this.handle.memory.buffer, address, length);
  }

  i64(length: number): BigInt64Array {
    const address = this.reserve(length * 8);
    return new BigInt64Array(this.handle.memory.buffer, address, length);
  }

  /**
   * Runs `use`, and takes back all arrays that were allocated meanwhile: they must not be used any more. Not while another
   * thread allocates.
   */
  borrow<Result>(use: () => Result): Result {
    const top = () => new Int32Array(this.handle.memory.buffer);
    const before = Atomics.load(top(), HEAP_TOP);
    try {
      return use();
    } finally {
      const [start, end] = [before >>> 0, Atomics.load(top(), HEAP_TOP) >>> 0];
      new Uint8Array(this.handle.memory.buffer, start, end - start).fill(0); // new arrays are zero
      Atomics.store(top(), HEAP_TOP, before);
    }
  }

  /** Copies an array into kernel memory. Returns its byte address. */
  copyOf(source: Float64Array | Float32Array | Int32Array | Uint8Array): number {
    const bytes = this.u8(source.byteLength);
    bytes.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
    return bytes.byteOffset;
  }

  /** Allocates zeroed bytes. Any thread may call it, because the end of the heap moves by one atomic addition. */
  private reserve(bytes: number): number {
    const { memory } = this.handle;
    const size = align(Math.max(bytes, 1));
    const address = Atomics.add(new Int32Array(memory.buffer), HEAP_TOP, size) >>> 0;
    const missing = address + size - memory.buffer.byteLength;
    if (address + size > MAXIMUM_PAGES * PAGE_BYTES)
      throw new Error(`out of kernel memory: ${size} more bytes wanted, 4 GiB is the limit`);
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    return address;
  }
}

function compiledModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL("./ashlar.wasm", import.meta.url)));
  return compiled;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
