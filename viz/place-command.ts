// The command that goes on from a saved edit, as a user would type it.

export interface PlaceCommand {
  /** The block, or the run's folder. */
  readonly block: string;
  /** The placement to start from. */
  readonly from: string;
  /** The new run's folder. */
  readonly out?: string;
  /** Names of the macros that stay. */
  readonly keep: readonly string[];
  /** The run's method, and whether it goes on from a placement in which all macros may move. */
  readonly method?: { readonly name: string; readonly isWarm: boolean } | undefined;
}

/** Longest list of names in one argument; systems allow 128 KiB. */
const LONGEST = 60_000;

/** The line for a POSIX shell. */
export function placeCommand({ block, from, out, keep, method }: PlaceCommand): string {
  // A method without a warm start takes --from only for the places of macros that stay.
  const isUsable = method && (method.isWarm || keep.length > 0);
  const words = [
    ...["npx", "ashlar", "place", block],
    ...["--method", isUsable ? method.name : "anneal"],
    ...["--from", from],
    ...keepArguments(keep),
    ...(out === undefined ? [] : ["--out", out]),
  ];
  return words.map(shellWord).join(" ");
}

/** Names joined by commas; those that hold a comma or an asterisk, or begin or end with a space, alone. */
function keepArguments(names: readonly string[]): string[] {
  const lists: string[] = [];
  let list = "";
  const end = () => {
    if (list !== "") lists.push(list);
    list = "";
  };
  for (const name of names) {
    if (/[,*]|^\s|\s$/.test(name)) {
      lists.push(name);
      continue;
    }
    if (list.length + name.length > LONGEST) end();
    list = list === "" ? name : `${list},${name}`;
  }
  end();
  return lists.flatMap((text) => ["--keep", text]);
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
