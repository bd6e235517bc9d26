// The cost server under messages that no client should send, and under a million that one might: each gets one reply, no
// reply tells of a bug of ours, and the process's memory does not grow.
// Run: node dist/benchmarks/fuzz/plc-messages.js [NETLIST] [MESSAGES] [CALLS]
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Random } from "../../netlist/index.js";
import { fuzzMessages } from "../../test/support/fuzz-messages.js";
import { PlcClient } from "../../test/support/plc-client.js";
import { makeFolder } from "../../test/support/temp-folder.js";
import { writeNetlist } from "../../test/support/toy-netlist.js";

/** What the collector may leave at the end beyond the most that it left in the first half, MiB. */
const SLACK = 32;

export interface FuzzResult {
  readonly messages: number;
  readonly errors: number;
  readonly bugs: readonly string[];
  /** Resident memory of the server after each tenth of the messages, MiB. */
  readonly memory: readonly number[];
}

function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
}

/** Sends messages one after the other and reads their replies. */
async function send(client: PlcClient, messages: Iterable<string>, count: number): Promise<FuzzResult> {
  const { pid } = client.child;
  const bugs: string[] = [];
  const memory: number[] = [];
  let [sent, errors] = [0, 0];
  for (const message of messages) {
    const reply = JSON.parse(await client.raw(message));
    if (reply?.ok === false) {
      errors++;
      if (/^internal/.test(reply.message)) bugs.push(`${message.slice(0, 200)}: ${reply.message}`);
    }
    if (++sent % Math.floor(count / 10) === 0) memory.push(Math.round(memoryOf(pid!)));
  }
  return { messages: sent, errors, bugs, memory };
}

/** What a client does all day: masks, places, costs, and now and then another frame, for which judges are made anew. */
function* usualCalls(count: number, macros: readonly number[]): Generator<string> {
  const random = Random.stream(28, "plc-calls");
  const call = (name: string, ...args: unknown[]) => JSON.stringify({ name, args });
  yield call("SetCanvasBoundaryCheck", false);
  for (let i = 1; i < count; i++) {
    const node = macros[random.below(macros.length)]!;
    if (i % 2000 === 0) yield call("SetCanvasSize", 90 + random.below(20), 100);
    else if (i % 2000 === 1000) yield call("SetPlacementGrid", 8 + random.below(8), 10);
    else
      switch (random.below(8)) {
        case 0:
          yield call("GetNodeMask", node);
          break;
        case 1:
          yield call("PlaceNode", node, random.below(80));
          break;
        case 2:
          yield call("GetCongestionCost");
          break;
        case 3:
          yield call("UpdateMacroOrientation", node, "NSFN"[random.below(2)]);
          break;
        case 4:
          yield call("UnplaceNode", node);
          break;
        case 5:
          yield call("GetCost");
          break;
        default:
          yield call("IsNodePlaced", node);
      }
  }
}

/** Runs both on one netlist, each in a process of its own. */
export async function fuzzServer(
  netlist: string,
  { messages, calls }: { readonly messages: number; readonly calls: number },
): Promise<{ readonly fuzzed: FuzzResult; readonly usual: FuzzResult; readonly exits: unknown[] }> {
  const one = await PlcClient.start(netlist);
  const nodes = (await one.call("NumNodes")) as number;
  const fuzzed = await send(
    one,
    fuzzMessages({ count: messages, seed: 1, folder: makeFolder(), nodes }),
    messages,
  );
  const other = await PlcClient.start(netlist);
  const macros = (await other.call("GetMacroIndices")) as number[];
  const usual = await send(other, usualCalls(calls, macros), calls);
  return { fuzzed, usual, exits: [await one.end(), await other.end()] };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [netlist, messages = "20000", calls = "1000000"] = process.argv.slice(2);
  const result = await fuzzServer(netlist ?? writeNetlist(), {
    messages: Number(messages),
    calls: Number(calls),
  });
  console.log(JSON.stringify(result, null, 2));
  const grown = [result.fuzzed, result.usual].some(
    ({ memory }) => memory.at(-1)! > Math.max(...memory.slice(0, 5)) + SLACK,
  );
  const bugs = result.fuzzed.bugs.length + result.usual.bugs.length;
  if (grown || bugs > 0 || result.exits.some((exit) => exit !== 0)) process.exitCode = 1;
}
