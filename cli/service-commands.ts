// The commands that serve others until they are stopped: a browser, a queue, a client of Circuit Training; and that which looks at a
// queue.
import type { Command } from "commander";
import { jsonLine, parseOptions, view, viewOptionsSchema } from "../flow/index.js";
import { InputError } from "../netlist/index.js";
import { parseFlags, servePlacementCost } from "../plc/index.js";
import { clearQueue, queueStatus, retryFailed, runWorker, workerOptionsSchema } from "../queue/index.js";
import { printWithChromium } from "./chromium.js";
import { examples, JSON_HELP, QUIET_HELP } from "./help.js";
import { printResult, problemOf, queueLogin } from "./output.js";
import { queueText } from "./queue-text.js";
import { addSchemaOptions, optionsFor } from "./schema-options.js";

export function addPlc(program: Command): void {
  program
    .command("plc")
    .description(
      "stand in for Circuit Training's plc_wrapper_main: serve costs and masks on a client's socket",
    )
    .option("--pipe_address <socket>", "Unix socket on which the client listens")
    .option("--netlist_file <file>", "netlist (.pb.txt), or parts of one separated by commas")
    .option("--macro_macro_x_spacing <um>", "least distance of hard macros in x, µm", "0")
    .option("--macro_macro_y_spacing <um>", "the same in y", "0")
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText(
      "after",
      `${examples("python3 train.py --plc_wrapper_main=$(which ashlar-plc)")}\nThe client starts this command and names the flags; others are ignored. See docs/circuit-training.md.`,
    )
    .action(async () => {
      await servePlacementCost(parseFlags(process.argv.slice(2)));
    });
}

export function addWorker(program: Command): void {
  const command = program
    .command("worker")
    .description(
      "compute for runs with --queue on other machines, until it is stopped; see docs/many-machines.md",
    )
    .option("--json", "print one line of JSON at the end: jobs done and failed, seconds")
    .option("--quiet", "no lines on standard error about what it does")
    .addHelpText(
      "after",
      `${examples(
        "ashlar worker --queue redis://server:6379",
        "ashlar worker --queue rediss://server:6380 --threads 8 --once",
      )}\nUser and password come from ASHLAR_QUEUE_USER and ASHLAR_QUEUE_PASSWORD, or ASHLAR_QUEUE_PASSWORD_FILE.\nASHLAR_QUEUE_CA_FILE names the certificate of an authority of your own.`,
    );
  addSchemaOptions(command, workerOptionsSchema).action(async (options) => {
    const stop = new AbortController();
    const end = () => (stop.signal.aborted ? process.exit() : stop.abort());
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
    const summary = await runWorker(
      parseOptions(workerOptionsSchema, optionsFor(workerOptionsSchema, command)),
      {
        login: queueLogin(),
        signal: stop.signal,
        onLine: (line) => void (options.quiet || process.stderr.write(`${line}\n`)),
      },
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
    if (options.json) printResult(summary, true);
  });
}

export function addQueue(program: Command): void {
  program
    .command("queue")
    .description("say what is going on at a queue: jobs, runs, workers, failures; or tidy it up")
    .argument(
      "[action]",
      "status; retry: put failed jobs back; clean: remove what ended runs have left",
      "status",
    )
    .requiredOption(
      "--queue <url>",
      "Redis server that holds the jobs: redis://HOST:PORT or rediss://HOST:PORT",
    )
    .option("--json", JSON_HELP)
    .addHelpText(
      "after",
      `${examples(
        "ashlar queue --queue redis://server:6379",
        "ashlar queue --queue redis://server:6379 --json",
        "ashlar queue retry --queue redis://server:6379",
        "ashlar queue clean --queue redis://server:6379",
      )}\nUser and password come from ASHLAR_QUEUE_USER and ASHLAR_QUEUE_PASSWORD, or ASHLAR_QUEUE_PASSWORD_FILE.`,
    )
    .action(async (action: string, { queue: url, json }) => {
      const login = queueLogin();
      if (action === "status") {
        const status = await queueStatus(url, login);
        process.stdout.write(json ? jsonLine(status) : queueText(status));
      } else if (action === "retry") printResult({ retried: await retryFailed(url, login) }, json);
      else if (action === "clean") printResult(await clearQueue(url, login), json);
      else throw new InputError("ashlar queue", `'${action}', status, retry or clean was expected`);
    });
}

export function addView(program: Command): void {
  const command = program
    .command("view")
    .description("show a run or a block in the browser: placement, maps, nets, replay, exact costs of edits")
    .argument("<path...>", "a run's folder or a block; further runs, blocks or .plc files to compare with it")
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      examples(
        "ashlar view runs/ariane",
        "ashlar view blocks/ariane --port 8080",
        "ashlar view runs/ariane runs/ariane-anneal",
        "ashlar view runs/ariane --html ariane.html --png ariane.png",
      ),
    );
  addSchemaOptions(command, viewOptionsSchema).action(async (paths: string[], options) => {
    // Defaults are left out, so that a run's own options stand; so is the command's own `config`.
    const given = Object.fromEntries(
      Object.entries(options).filter(
        ([name]) => name in viewOptionsSchema.shape && command.getOptionValueSource(name) !== "default",
      ),
    );
    const { server, files, problem } = await view(paths, given, printWithChromium, (error) => {
      process.stderr.write(`ashlar: ${problemOf(error)}\n`);
    });
    for (const file of files) process.stdout.write(`${file}\n`);
    if (problem !== undefined) throw problem;
    if (!server) return;
    // What is being read or computed for a page is not waited for.
    const end = () => void server.close().finally(() => process.exit());
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
    // Last: whoever reads the address may end the server at once.
    process.stdout.write(`${server.address}\n`);
  });
}
