// Builds the documentation's site: README as its front page, the pages of docs/, and the reference of the library from
// its docstrings. Run: npm run -s docs:site, or node docs/site/build.mjs --out FOLDER after a build. Every warning, such
// as a link to a page that is missing or a public name without a docstring, fails.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Application, Converter, KindRouter, LogLevel, ReflectionKind } from "typedoc";

const { values } = parseArgs({ options: { out: { type: "string", default: "dist-docs" } } });
const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path) => readFileSync(join(root, path), "utf8");

/** Every page, first those that README links to, in its order. */
function pages() {
  const readme = read("README.md");
  const linked = [...readme.matchAll(/\]\((docs\/[\w/-]+\.md|[A-Z]+\.md)(?:#[^)]*)?\)/g)].map(
    ([, path]) => path,
  );
  const found = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .map((name) => `docs/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".md") && !path.startsWith("docs/site/"))
    .sort();
  return [...new Set([...linked, ...found, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])];
}

/** The part of the menu that a page stands in. */
function groupOf(path) {
  if (path.startsWith("docs/decisions/")) return "Decisions";
  return path.startsWith("docs/") ? "Guide" : "Project";
}

/** Names that the library exports without a docstring. */
function undocumented(project) {
  const exported = project.getChildrenByKind(ReflectionKind.Module).flatMap(({ children }) => children ?? []);
  const documented = (name) =>
    name.hasComment() || name.signatures?.some((signature) => signature.hasComment());
  return exported.filter((name) => !documented(name)).map(({ name }) => name);
}

/** Gives pages the addresses of their files: docs/annealing.md becomes docs/annealing.html. */
class PageRouter extends KindRouter {
  getIdealBaseName(reflection) {
    const page = reflection.isDocument() && files.get(reflection);
    return page ? page.replace(/\.md$/, "") : super.getIdealBaseName(reflection);
  }
}

/** Page to the path of its file. */
const files = new Map();

const app = await Application.bootstrapWithPlugins({
  name: "Ashlar",
  entryPoints: [join(root, "index.ts")],
  tsconfig: fileURLToPath(new URL("tsconfig.json", import.meta.url)),
  readme: join(root, "README.md"),
  out: values.out,
  basePath: root,
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  includeVersion: true,
  hideGenerator: true,
  githubPages: false,
  highlightLanguages: ["console", "javascript", "json", "python", "sh", "typescript"],
  sortEntryPoints: false,
  sort: ["kind", "alphabetical"],
  // A page has its own first heading; a long reference shows names of one kind together.
  groupOrder: ["Guide", "Reference", "Project", "Decisions"],
  locales: { en: { kind_plural_module: "Reference", kind_module: "Reference:" } },
  headings: { readme: false, document: false },
  navigation: { includeGroups: true, includeCategories: false, compactFolders: true },
  validation: { notExported: false, invalidLink: true, invalidPath: true },
  treatWarningsAsErrors: true,
  logLevel: LogLevel.Warn,
});

app.renderer.defineRouter("page", PageRouter);
app.options.setValue("router", "page");

const paths = pages();
app.options.setValue("projectDocuments", paths);
// The menu names a page by its heading, not by its file. Pages are created in the order of their paths.
app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => {
  files.set(page, paths[files.size]);
  const text = page.content.map((part) => part.text).join("");
  page.name = /^# (.+)$/m.exec(text)?.[1] ?? page.name;
  page.frontmatter.group = groupOf(files.get(page));
});
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) module.name = "Library";
});

const project = await app.convert();
if (!project) process.exit(1);
app.validate(project);
// An index of whole rooms (`export *`) also exports names that are not meant for users.
if (!/^export \*/m.test(read("index.ts")))
  for (const name of undocumented(project)) app.logger.warn(`${name} is public and has no docstring`);
await app.generateOutputs(project);
process.exitCode = app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
