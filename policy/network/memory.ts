// Arrays of networks in kernel memory: parameters, all in one flat array, so that the optimiser, the checkpoint and the
// sum over gradient shards need to know nothing of layers; and scratch arrays.
import type { Kernels } from "../../kernels/index.js";

/** A named array of numbers, row-major. */
export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Views of one flat array, by the names of its tensors. */
export type Tensors = Readonly<Record<string, Float32Array>>;

/** A tensor at `offset` numbers into the flat array. */
export interface Tensor extends TensorShape {
  readonly offset: number;
  readonly length: number;
}

/** All tensors in order and the length of the array that holds them. */
export interface ParameterLayout {
  readonly tensors: readonly Tensor[];
  readonly length: number;
}

const LINE = 16; // numbers to a cache line; arrays start on one, and what pads them stays 0

/** Lays tensors one behind the other. */
export function layoutOf(shapes: readonly TensorShape[]): ParameterLayout {
  let offset = 0;
  const tensors = shapes.map(({ name, shape }) => {
    const tensor = { name, shape, offset, length: shape.reduce((product, side) => product * side, 1) };
    offset += padded(tensor.length);
    return tensor;
  });
  return { tensors, length: offset };
}

function padded(length: number): number {
  return Math.ceil(length / LINE) * LINE;
}

/** Views of all tensors of a flat array. */
export function tensorsOf(layout: ParameterLayout, values: Float32Array): Tensors {
  if (values.length !== layout.length)
    throw new Error(`internal: ${values.length} parameters, the network has ${layout.length}`);
  return Object.fromEntries(
    layout.tensors.map(({ name, offset, length }) => [name, values.subarray(offset, offset + length)]),
  );
}

/** The part of a flat array that holds one tensor. */
export function tensorOf(layout: ParameterLayout, values: Float32Array, name: string): Float32Array {
  const tensor = layout.tensors.find((candidate) => candidate.name === name);
  if (!tensor) throw new Error(`internal: no parameter is called ${name}`);
  return values.subarray(tensor.offset, tensor.offset + tensor.length);
}

/** Addresses of tensors in kernel memory. */
export function addressesOf<Name extends string>(
  tensors: Tensors,
  names: readonly Name[],
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, addressOf(tensors, name)])) as Record<Name, number>;
}

/** Address of a tensor in kernel memory. */
export function addressOf(tensors: Tensors, name: string): number {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`internal: no parameter is called ${name}`);
  return tensor.byteOffset;
}

/** Addresses of scratch arrays of 32-bit numbers with these lengths, all zero, laid one behind the other. */
export function scratchArrays<Name extends string>(
  kernels: Kernels,
  lengths: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(lengths) as Name[];
  const block = kernels.f32(names.reduce((sum, name) => sum + padded(lengths[name]), 0));
  const addresses = {} as Record<Name, number>;
  let address = block.byteOffset;
  for (const name of names) {
    addresses[name] = address;
    address += padded(lengths[name]) * 4;
  }
  return addresses;
}

/** A view of `length` numbers at an address in kernel memory. */
export function f32At(kernels: Kernels, address: number, length: number): Float32Array {
  return new Float32Array(kernels.handle.memory.buffer, address, length);
}
