// Who may import whom, and what the source must not reach for, read from the lines of all .ts files.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

/** From the lowest floor up: each may import those before it, through their `index`. */
const FLOORS = ["kernels", "netlist", "env", "placer", "policy", "queue", "flow", "cli"] as const;

/** What tests and benchmarks may import, besides each other. */
const EVERYTHING = [...FLOORS.filter((floor) => floor !== "cli"), "viz", "plc", "index.ts"];

/** What a top-level folder may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(FLOORS.map((floor, i) => [floor, FLOORS.slice(0, i)])),
  viz: ["kernels", "netlist", "env"],
  // It serves another program's clients and starts hundreds of times, so it knows neither methods' policies nor runs.
  plc: ["kernels", "netlist", "env", "placer"],
  cli: ["kernels", "netlist", "env", "placer", "policy", "queue", "flow", "plc"],
  flow: ["kernels", "netlist", "env", "placer", "policy", "queue", "viz"],
  "index.ts": ["netlist", "env", "placer", "policy", "flow"],
  "internal.ts": ["kernels", "netlist", "env", "placer", "policy", "queue", "viz", "plc", "flow"],
  benchmarks: [...EVERYTHING, "test"],
  test: [...EVERYTHING, "benchmarks"],
};

interface Source {
  readonly path: string;
  /** Top-level folder, or the file itself at the root. */
  readonly folder: string;
  readonly text: string;
}

interface Import {
  readonly from: Source;
  /** Path from the root, or a package's name. */
  readonly target: string;
  readonly local: boolean;
}

function sources(): Source[] {
  const roots = readdirSync(".", { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && !["node_modules", "dist", "runs"].includes(entry.name))
    .flatMap((entry) =>
      entry.isDirectory()
        ? readdirSync(entry.name, { recursive: true, encoding: "utf8" }).map((name) =>
            posix.join(entry.name, name.replaceAll("\\", "/")),
          )
        : [entry.name],
    );
  return roots
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts") && !path.includes("node_modules"))
    .map((path) => ({ path, folder: path.split("/")[0]!, text: readFileSync(path, "utf8") }));
}

/** Comments are no code: `// import x from "../cli"` imports nothing. */
function code(source: Source): string {
  return source.text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function importsOf(from: Source): Import[] {
  const pattern =
    /^\s*(?:import|export)\s[^"`;]*?\bfrom\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;
  return [...code(from).matchAll(pattern)].map(([, named, bare, late]) => {
    const name = named ?? bare ?? late;
    const local = name!.startsWith(".");
    return { from, local, target: local ? posix.join(posix.dirname(from.path), name!) : name! };
  });
}

const ALL = sources();
const IMPORTS = ALL.flatMap(importsOf);
const folderOf = (target: string) =>
  target.includes("/") ? target.split("/")[0]! : target.replace(/\.js$/, ".ts");

/** Files in circles of imports, or on the way from one circle to another: those left when files at both ends are gone. */
function circles(imports: readonly Import[]): string[] {
  let left = imports
    .filter(({ local }) => local)
    .map(({ from, target }) => [from.path, target.replace(/(\.js)?$/, ".ts")] as const);
  for (;;) {
    const importing = new Set(left.map(([from]) => from));
    const imported = new Set(left.map(([, target]) => target));
    const inner = left.filter(([from, target]) => imported.has(from) && importing.has(target));
    if (inner.length === left.length) return [...new Set(left.map(([from]) => from))].sort();
    left = inner;
  }
}

test("the sources and their imports are found", () => {
  assert.ok(ALL.length > 100, `${ALL.length} files`);
  assert.ok(IMPORTS.length > 300, `${IMPORTS.length} imports`);
  const folders = new Set(ALL.map((source) => source.folder));
  for (const folder of folders) assert.ok(folder in MAY_IMPORT, `${folder} has no line in the table`);
  for (const folder of FLOORS) assert.ok(folders.has(folder), `${folder} is gone`);
});

test("imports run down only: kernels, netlist, env, placer, policy, queue, flow, cli; viz knows the judge and below", () => {
  const wrong = IMPORTS.filter(({ from, target, local }) => {
    const folder = folderOf(target);
    return local && folder !== from.folder && !MAY_IMPORT[from.folder]!.includes(folder);
  });
  assert.deepEqual(
    wrong.map(({ from, target }) => `${from.path} imports ${target}`),
    [],
  );
});

test("of viz only the browser's page knows the judge; pictures and server need the netlist alone", () => {
  const wrong = IMPORTS.filter(
    ({ from, target, local }) =>
      local && from.folder === "viz" && !from.path.startsWith("viz/page/") && /^(env|kernels)\//.test(target),
  );
  assert.deepEqual(
    wrong.map(({ from, target }) => `${from.path} imports ${target}`),
    [],
  );
});

test("the netlist's core knows no file format: formats import it", () => {
  const core = IMPORTS.filter(
    ({ from }) => /^netlist\/(?!formats\/)/.test(from.path) && from.path !== "netlist/index.ts",
  );
  assert.ok(core.length > 30, `${core.length} imports`);
  const wrong = core.filter(({ target }) => target.startsWith("netlist/formats/"));
  assert.deepEqual(
    wrong.map(({ from, target }) => `${from.path} imports ${target}`),
    [],
  );
});

test("only load-block knows more than one format", () => {
  const formatOf = (path: string) => /^netlist\/formats\/(\w+)\//.exec(path)?.[1];
  const wrong = IMPORTS.filter(({ from, target }) => {
    const [own, other] = [formatOf(from.path), formatOf(target)];
    return own !== undefined && target.startsWith("netlist/formats/") && other !== own;
  });
  assert.deepEqual(
    wrong.map(({ from, target }) => `${from.path} imports ${target}`),
    [],
  );
});

test("no file imports itself by way of others", () => {
  assert.deepEqual(circles(IMPORTS), []);
});

test("nobody imports the command line", () => {
  const wrong = IMPORTS.filter(
    ({ from, target, local }) => local && folderOf(target) === "cli" && from.folder !== "cli",
  );
  assert.deepEqual(
    wrong.map(({ from }) => from.path),
    [],
  );
});

test("a folder is entered by its front door, but tests and benchmarks may reach inside", () => {
  const wrong = IMPORTS.filter(({ from, target, local }) => {
    const folder = folderOf(target);
    if (!local || folder === from.folder || from.folder === "test" || from.folder === "benchmarks")
      return false;
    return target !== `${folder}/index.js` && target !== "index.js";
  });
  assert.deepEqual(
    wrong.map(({ from, target }) => `${from.path} imports ${target}`),
    [],
  );
});

/** What the slices of `placer` share: contracts and services. Every other folder there is a method. */
const SHARED_BY_SLICES = ["placer/restarts", "placer/cells", "placer/legaliser"];

/** The method of `placer` that a file belongs to; undefined for what methods share. */
function sliceOf(path: string): string | undefined {
  const slice = /^placer\/[^/]+(?=\/)/.exec(path)?.[0];
  return slice === undefined || SHARED_BY_SLICES.includes(slice) ? undefined : slice;
}

/** Imports of a method's slice from outside of it; only `placer/index.ts`, which lists the methods, may have them. */
function betweenSlices(imports: readonly Import[]): string[] {
  return imports
    .filter(({ from, target, local }) => {
      const slice = local ? sliceOf(target) : undefined;
      return slice !== undefined && from.folder === "placer" && sliceOf(from.path) !== slice;
    })
    .filter(({ from }) => from.path !== "placer/index.ts")
    .map(({ from, target }) => `${from.path} imports ${target}`);
}

test("a method is a slice: it imports contracts, and nothing imports it but the list of methods", () => {
  assert.deepEqual(betweenSlices(IMPORTS), []);
  const slices = new Set(ALL.map(({ path }) => sliceOf(path)).filter((slice) => slice !== undefined));
  assert.ok(slices.size >= 6, [...slices].join(" "));
  const source = (path: string, text: string) => importsOf({ path, folder: "placer", text });
  const greedy = 'import greedy from "../greedy/greedy.js";';
  assert.equal(betweenSlices(source("placer/refine/refine.ts", greedy)).length, 1);
  assert.equal(betweenSlices(source("placer/restarts/worker.ts", greedy)).length, 1);
  assert.equal(betweenSlices(source("placer/greedy/x.ts", greedy)).length, 0);
});

test("methods are listed by placer, policy and the registry only", () => {
  const listed =
    /\b(anneal|greedy|mincut|analytic|refine)Method\b|\b(greedy|mincut|analytic|refine|random)Placer\b/;
  const owners = (path: string) => path === "placer/index.ts" || sliceOf(path) !== undefined;
  assert.deepEqual(filesWith(listed, owners), []);
});

test("only packages that package.json lists are imported, and the product needs no development package", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const { from, target, local } of IMPORTS) {
    if (local || target.startsWith("node:")) continue;
    const name = target.startsWith("@") ? target.split("/").slice(0, 2).join("/") : target.split("/")[0]!;
    // The browser's page is bundled with what it imports; those packages are not needed afterwards.
    const bundled = from.path.startsWith("viz/page/") || from.path === "viz/build-page.ts";
    const helps = from.folder === "test" || from.folder === "benchmarks" || bundled;
    assert.ok(name in dependencies || (helps && name in devDependencies), `${from.path} imports ${target}`);
  }
});

/** Files outside tests, and not among `except`, whose code matches. */
function filesWith(pattern: RegExp, except: (path: string) => boolean = () => false): string[] {
  return ALL.filter(
    (source) => source.folder !== "test" && !except(source.path) && pattern.test(code(source)),
  ).map((source) => source.path);
}

test("what only a queue needs is loaded by nobody else, and only when it is asked for", () => {
  // Tests and the benchmark of failures look at the server with the same packages.
  const looksOn = ({ folder, path }: Source) =>
    folder === "test" || path.startsWith("benchmarks/queue-faults/");
  const used = IMPORTS.filter(({ target, from }) => /^(bullmq|ioredis)$/.test(target) && !looksOn(from));
  assert.deepEqual([...new Set(used.map(({ from }) => from.folder))], ["queue"]);
  const atOnce = /^import (?!type)[^;]*"(bullmq|ioredis)"/m;
  assert.deepEqual(
    used.filter(({ from }) => atOnce.test(code(from))).map(({ from }) => from.path),
    [],
  );
  assert.ok(atOnce.test('import { type Queue } from "bullmq";'));
});

test("random numbers come from seeded streams, never from Math.random", () => {
  assert.deepEqual(filesWith(/Math\.random/), []);
});

test("the date is read nowhere, the clock only where time is a budget or a measurement", () => {
  assert.deepEqual(filesWith(/Date\.now|new Date\b/), []);
  const clocks = (path: string) =>
    /^(policy\/ppo\/(ppo|stragglers)|placer\/anneal\/(anneal|replicas|worker)|placer\/restarts\/restarts|placer\/mixed\/followed|placer\/cells\/flat-cells|viz\/page\/cell-tiles)\.ts$/.test(
      path,
    ) || /^(queue|flow|benchmarks)\//.test(path);
  assert.deepEqual(filesWith(/performance\.now|process\.hrtime/, clocks), []);
});

test("the library reads no arguments and no environment, and does not end the process", () => {
  const outer = (path: string) => /^(cli|benchmarks)\//.test(path);
  assert.deepEqual(filesWith(/process\.(argv|env|exit|exitCode)\b/, outer), []);
});

/** Calls that pass the items of a list as arguments, each of which takes room on the stack: `Math.max(...values)`. */
function spreadCalls(text: string): string[] {
  const found: string[] = [];
  for (const call of text.matchAll(
    /\b(?:Math\.(?:max|min)|\w+\.(?:push|unshift|splice|concat|apply)|fromCharCode|fromCodePoint)\(/g,
  )) {
    const brackets = ["("];
    for (let at = call.index + call[0].length; brackets.length > 0 && at < text.length; at++) {
      if ("([{".includes(text[at]!)) brackets.push(text[at]!);
      else if (")]}".includes(text[at]!)) brackets.pop();
      // In the list itself, and not of a list that is written out: `push(...["a", "b"])`.
      else if (brackets.length === 1 && /^\.\.\.\s*[^\s[]/.test(text.slice(at, at + 100)))
        found.push(text.slice(call.index, at + 20));
    }
  }
  return found;
}

test("no list of any length is passed as arguments: append, leastOf and greatestOf take them whole", () => {
  const product = (folder: string) => !["test", "benchmarks"].includes(folder);
  const wrong = ALL.filter(({ folder }) => product(folder)).flatMap((source) =>
    spreadCalls(code(source)).map((call) => `${source.path}: ${call}`),
  );
  assert.deepEqual(wrong, []);
});

test("the patterns above would catch what they look for", () => {
  for (const text of ["Math.max(...x)", "Math.min(0, ...f(a, [b]))", "list.push(\n  ...items,\n)"])
    assert.equal(spreadCalls(text).length, 1, text);
  for (const text of ["list.push([...x])", "list.push({ ...x })", "max([1, ...x])", 'list.push(...["a"])'])
    assert.deepEqual(spreadCalls(text), [], text);
  const source = (text: string): Source => ({ path: "env/x.ts", folder: "env", text });
  const targets = (text: string) => importsOf(source(text)).map(({ target }) => target);
  assert.deepEqual(targets('import { a } from "../cli/main.js";'), ["cli/main.js"]);
  assert.deepEqual(targets('import {\n  a,\n} from "../policy/index.js";\nexport * from "./y.js";'), [
    "policy/index.js",
    "env/y.js",
  ]);
  assert.deepEqual(targets('const x = await import("../cli/main.js");'), ["cli/main.js"]);
  assert.deepEqual(targets('import "../cli/main.js";'), ["cli/main.js"]);
  assert.deepEqual(targets('// import { a } from "../cli/main.js";'), []);
  assert.match(code(source("const x = Math.random(); // why")), /Math\.random/);
  const file = (path: string, text: string) => importsOf({ path, folder: "env", text });
  const line = [...file("env/a.ts", 'import "./b.js";'), ...file("env/b.ts", 'import "./c.js";')];
  assert.deepEqual(circles(line), []);
  assert.deepEqual(circles([...line, ...file("env/c.ts", 'import "./b.js";')]), ["env/b.ts", "env/c.ts"]);
});
