import { basename, relative, sep } from "node:path";

/** How to call this program again, as a user can paste it: it was started by npx, by a script of npm, or by Node.js. */
export function ownCommand({ env, argv }: Pick<NodeJS.Process, "env" | "argv"> = process): string {
  const program = argv[1] ?? "";
  const installed = program.split(sep).includes("node_modules");
  if (env.npm_command === "exec" || installed) return "npx ashlar";
  if (basename(program) === "ashlar") return "ashlar"; // on the path
  if (["start", "ashlar"].includes(env.npm_lifecycle_event ?? "")) return "npm run -s ashlar --";
  return `node ${relative("", program)}`;
}
