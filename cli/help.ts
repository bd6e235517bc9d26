// Words that the help of several commands shares.

export const BLOCK =
  "netlist (.pb.txt), Bookshelf set (.aux), design (.def), gzip allowed, or a directory with one";
export const BLOCK_OR_RUN = `${BLOCK}; or the folder of a run or one of its placements`;
export const JSON_HELP = "print one line of JSON";
export const QUIET_HELP = "no progress on standard error";

export function examples(...lines: readonly string[]): string {
  return `\nExample${lines.length > 1 ? "s" : ""}:${lines.map((line) => `\n  ${line}`).join("")}`;
}
