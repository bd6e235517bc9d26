// Part of the kernels' build: writes the TypeScript side of the module, `generated/kernel-types.ts`, from what the
// AssemblyScript compiler knows after compiling. So every layout, enum and constant that both sides use is written
// once, in kernels/assembly, and the TypeScript compiler reports each use that no longer fits.
import { Transform } from "assemblyscript/transform";

const OUTPUT = "kernels/generated/kernel-types.ts";

/** TypeScript types of WebAssembly parameters and results; booleans arrive as 0 and 1. */
const TYPES = { f32: "number", f64: "number", i32: "number", u32: "number", usize: "number", i64: "bigint" };
TYPES.bool = "boolean";
TYPES.void = "void";

/** How `KernelRecord` reads and writes a field. */
const FIELD_TYPES = { f64: "f64", i64: "i64", i32: "i32", usize: "u32" };

export default class KernelTypes extends Transform {
  async afterCompile(module) {
    const elements = [...this.program.elementsByDeclaration.values()].filter(inKernels);
    const exported = [...this.program.filesByName.get("kernels/assembly/index").exports];
    // Constants and members of enums are immutable globals before the optimizer puts their values in place.
    const numberOf = ({ internalName }) => {
      const { init } = this.binaryen.getGlobalInfo(module.getGlobal(internalName));
      return this.binaryen.getExpressionInfo(init).value;
    };
    const text = [
      "// Written by kernels/kernel-types.mjs when the kernels are compiled.",
      "",
      "/** Functions of the WASM module. */",
      "export interface KernelExports {",
      ...exported.filter(([, element]) => element.instances).map(signatureOf),
      "}",
      "",
      "/** Records in kernel memory, by AssemblyScript class: size and offsets in bytes. */",
      "export const LAYOUTS = {",
      ...elements.filter(isRecord).map(layoutOf),
      "} as const;",
      "",
      "/** Numbers that both sides use. */",
      "export const CONSTANTS = {",
      ...exported
        .filter(([, element]) => !element.instances)
        .map(([name, constant]) => `  ${name}: ${numberOf(constant)},`),
      "} as const;",
      "",
      "/** Enums that both sides use; keys are in the order of their values. */",
      "export const ENUMS = {",
      ...elements.filter(isEnum).map(({ name, members }) => {
        const values = [...members].map(([member, value]) => `${member}: ${numberOf(value)}`);
        return `  ${name}: { ${values.join(", ")} },`;
      }),
      "} as const;",
      "",
    ];
    await this.writeFile(OUTPUT, text.join("\n"), this.baseDir);
  }
}

function inKernels(element) {
  return element.internalName.startsWith("kernels/assembly/");
}

/** A class declared `@unmanaged`: plain numbers at fixed offsets. */
function isRecord({ declaration, instances }) {
  return instances && declaration.decorators?.some(({ name }) => name.text === "unmanaged");
}

function isEnum({ declaration }) {
  return declaration.values !== undefined;
}

function signatureOf([name, prototype]) {
  const { signature, declaration } = prototype.instances.values().next().value;
  const parameters = signature.parameterTypes.map(
    (type, i) => `${declaration.signature.parameters[i].name.text}: ${typeIn(TYPES, type, name)}`,
  );
  const file = prototype.internalName.slice(0, prototype.internalName.lastIndexOf("/"));
  return `  /** ${file}.ts */\n  ${name}(${parameters.join(", ")}): ${typeIn(TYPES, signature.returnType, name)};`;
}

function layoutOf(prototype) {
  const record = prototype.instances.values().next().value;
  const fields = [...record.members]
    .filter(([, { instance }]) => instance?.isField)
    .map(([name, { instance }]) => {
      const type = typeIn(FIELD_TYPES, instance.type, `${record.name}.${name}`);
      return `      ${name}: { type: "${type}", offset: ${instance.memoryOffset} },`;
    });
  return [
    `  ${record.name}: {`,
    `    bytes: ${record.nextMemoryOffset},`,
    "    fields: {",
    ...fields,
    "    },",
    "  },",
  ].join("\n");
}

function typeIn(types, type, name) {
  const known = types[String(type)];
  if (!known) throw new Error(`${name} has type ${type}, which the TypeScript side cannot hold`);
  return known;
}
