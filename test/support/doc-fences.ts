// The fenced code of the documentation, by the convention of CONTRIBUTING.md ("Commands in the documentation"):
// `sh` is run by a test, and so is `js` that imports the library; `console` is not and says why; `text` is output; `python` is only parsed.
import { readdirSync, readFileSync } from "node:fs";

const LANGUAGES = ["sh", "console", "text", "ts", "js", "json", "python"];
/** What makes a line a command. */
const COMMAND = /^\s*(\$ |(npx|npm|node|ashlar) )/;

export interface Fence {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** `<!-- needs: NAME … -->` before it: benchmarks that are linked into the page's folder under these names. */
  readonly needs: readonly string[];
  /** `<!-- not run: REASON -->` before it. */
  readonly reason?: string;
  /** `<!-- file: NAME -->` before it: the content of a file that commands below use. */
  readonly file?: string;
  /** `<!-- prints -->` before it: the `sh` block above must have printed these lines. */
  readonly prints: boolean;
  /** `<!-- writes: FILE … -->` after it. */
  readonly writes: readonly string[];
}

/** Every page with commands: the two at the root, and all below docs/. */
export function documentationPages(): string[] {
  const inside = ["docs", "docs/decisions"].flatMap((folder) =>
    readdirSync(folder).map((name) => `${folder}/${name}`),
  );
  return ["README.md", "CONTRIBUTING.md", ...inside].filter((name) => name.endsWith(".md")).sort();
}

/** The fences of a page in order. Throws with page and line where the page does not keep to the convention. */
export function readFences(page: string): Fence[] {
  const lines = readFileSync(page, "utf8").split("\n");
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opening = /^( *)```(.*)$/.exec(lines[at]!);
    if (!opening) {
      if (COMMAND.test(lines[at]!) && /^ {4}/.test(lines[at]!))
        throw new Error(`${page}:${at + 1}: a command outside of a \`\`\`sh or \`\`\`console block`);
      continue;
    }
    const [, indent, language] = opening;
    const end = lines.indexOf(`${indent}\`\`\``, at + 1);
    if (end < 0) throw new Error(`${page}:${at + 1}: this block has no end`);
    const where = `${page}:${at + 1}`;
    if (!LANGUAGES.includes(language!)) throw new Error(`${where}: '${language}' is none of ${LANGUAGES}`);
    const inside = lines.slice(at + 1, end).map((line) => line.slice(indent!.length));
    const before = directive(lines[at - 1]);
    const after = directive(lines[end + 1]);
    const reason = before("not run")?.join(" ");
    if ((language === "console") !== (reason !== undefined))
      throw new Error(
        `${where}: \`\`\`console, and it alone, has <!-- not run: REASON --> in the line before`,
      );
    if (language === "text" && inside.some((line) => COMMAND.test(line)))
      throw new Error(`${where}: a command in a block of output`);
    fences.push({
      page,
      line: at + 1,
      language: language!,
      text: inside.join("\n"),
      needs: before("needs") ?? [],
      prints: before("prints") !== undefined,
      writes: after("writes") ?? [],
      ...(reason !== undefined && { reason }),
      ...(before("file") && { file: before("file")!.join(" ") }),
    });
    at = end;
  }
  return fences;
}

/** Reads a line such as `<!-- needs: a b -->`. */
function directive(line = ""): (name: string) => string[] | undefined {
  const [, name, words] = /^ *<!-- (not run|needs|file|prints|writes)(?:: (.*))? -->$/.exec(line) ?? [];
  return (wanted) => (name === wanted ? (words ?? "").split(" ").filter(Boolean) : undefined);
}

/** The commands of a block: lines that end in a backslash are continued, comments go. */
export function commandsOf(text: string): string[] {
  return text
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#\s.*$/, "").trim())
    .filter((line) => line !== "");
}
