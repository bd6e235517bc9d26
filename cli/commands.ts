// The commands: each parses its options, calls one function of the library, and prints the result.
import type { Command } from "commander";
import {
  blockOptionsSchema,
  cellsOptionsSchema,
  compare,
  compareOptionsSchema,
  comparisonTable,
  convert,
  convertSchema,
  demo,
  demoRun,
  describe,
  evalOptionsSchema,
  evaluate,
  generateCommand,
  generateCommandSchema,
  jsonLine,
  PRETRAIN_RENAMED,
  parseOptions,
  place,
  placeCells,
  placeOptionsSchema,
  pretrain,
  pretrainRewardModel,
  pretrainSchema,
  REWARD_MODEL_RENAMED,
  rewardModelSchema,
  trainCommand,
  trainCommandSchema,
  verify,
  verifyOptionsSchema,
  view,
  viewOptionsSchema,
} from "../flow/index.js";
import { InputError } from "../netlist/index.js";
import { parseFlags, servePlacementCost } from "../plc/index.js";
import { clearQueue, queueStatus, retryFailed, runWorker, workerOptionsSchema } from "../queue/index.js";
import { printWithChromium } from "./chromium.js";
import { infoText } from "./info-text.js";
import {
  commandLine,
  EXIT_BAD_INPUT,
  EXIT_ILLEGAL,
  ownCommand,
  printResult,
  printViolations,
  problemOf,
  queueLogin,
  repeatingThis,
  withControl,
} from "./output.js";
import { queueText } from "./queue-text.js";
import { addSchemaOptions, optionsFor, refuseBeyond } from "./schema-options.js";

const BLOCK = "netlist (.pb.txt), Bookshelf set (.aux), design (.def), gzip allowed, or a directory with one";
const BLOCK_OR_RUN = `${BLOCK}; or the folder of a run or one of its placements`;
const JSON_HELP = "print one line of JSON";
const QUIET_HELP = "no progress on standard error";

function examples(...lines: readonly string[]): string {
  return `\nExample${lines.length > 1 ? "s" : ""}:${lines.map((line) => `\n  ${line}`).join("")}`;
}

export function addInfo(program: Command): void {
  const command = program
    .command("info")
    .description("say what is in a block: counts, sizes, canvas, grid, nets, connections")
    .argument("<block>", BLOCK_OR_RUN)
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText("after", examples("ashlar info blocks/ariane"));
  addSchemaOptions(command, blockOptionsSchema).action(async (path: string, options) => {
    const description = await describe(path, optionsFor(blockOptionsSchema, command));
    process.stdout.write(options.json ? jsonLine(description) : infoText(description));
  });
}

export function addEval(program: Command): void {
  const command = program
    .command("eval")
    .description("score a placement: wirelength, density, congestion, proxy cost, overlaps")
    .argument("<block>", BLOCK_OR_RUN)
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      examples(
        "ashlar eval blocks/ariane --json",
        "ashlar eval runs/ariane/top-2.plc",
        "ashlar eval netlist.pb.txt.gz --placement best.plc --grid 24x21",
      ),
    );
  addSchemaOptions(command, evalOptionsSchema).action(async (path: string, options) => {
    const { score, violations } = await evaluate(path, optionsFor(evalOptionsSchema, command));
    printResult({ ...score, violations: options.json ? violations : violations.length }, options.json);
    if (!options.json) printViolations(violations);
    const { left_out_costs: leftOut } = score;
    if (leftOut && !options.quiet)
      process.stderr.write(
        `without the run's cost terms ${leftOut.join(", ")}, as no code is loaded unless you name it: --cost-term MODULE=WEIGHT\n`,
      );
  });
}

export function addPlace(program: Command): void {
  const command = program
    .command("place")
    .description(
      "place the macros of a block; writes best.plc, best.svg, summary.json and more to the run folder",
    )
    .argument("<block>", BLOCK_OR_RUN)
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      examples(
        "ashlar place blocks/ariane --budget 120s --workers 2 --seed 1 --out runs/ariane",
        "ashlar place blocks/ariane --method policy --iterations 50 --set learningRate=0.0005",
        "ashlar place blocks/ariane --out runs/ariane --resume --budget 10m",
        "ashlar place design.def --lef tech.lef --lef cells.lef --halo 5,5",
        "ashlar place blocks/ariane --method anneal --budget 10m --top 5",
        "ashlar place blocks/ariane --method ./mine.js --cost-term ./wide-channels.js=0.2",
      ),
    );
  addSchemaOptions(command, placeOptionsSchema).action(async (path: string, options) => {
    const given = optionsFor(placeOptionsSchema, command);
    const summary = await withControl(options.quiet, (control) => place(path, given, control));
    printResult(summary, options.json);
    if (!summary.legal) process.exitCode ??= EXIT_ILLEGAL;
  });
}

export function addCells(program: Command): void {
  const command = program
    .command("cells")
    .description(
      "place the standard cells of a flat netlist around macros that have their places; writes best.plc, best.pl " +
        "and summary.json",
    )
    .argument("<block>", BLOCK)
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      examples(
        "ashlar cells ibm01/ibm01.aux --placement runs/ibm01/best.pl --out runs/ibm01-cells",
        "ashlar cells ibm01/ibm01.aux --passes 0 --json",
      ),
    );
  addSchemaOptions(command, cellsOptionsSchema).action(async (path: string, options) => {
    const given = optionsFor(cellsOptionsSchema, command);
    const summary = await withControl(options.quiet, (control) => placeCells(path, given, control));
    printResult(summary, options.json);
    if (!summary.legal) process.exitCode ??= EXIT_ILLEGAL;
  });
}

export function addVerify(program: Command): void {
  const command = program
    .command("verify")
    .description(
      "place the standard cells around placed macros and route all nets: wirelength, overflow, congestion, vias, " +
        "channels, notches; not timing",
    )
    .argument("<block>", BLOCK_OR_RUN)
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      examples(
        "ashlar verify runs/ibm01",
        "ashlar verify ibm01/ibm01.aux --placement runs/ibm01/best.pl --out runs/ibm01-verify",
        "ashlar verify design.def --lef tech.lef --lef cells.lef --as-placed --json",
      ),
    );
  addSchemaOptions(command, verifyOptionsSchema).action(async (path: string, options) => {
    const given = optionsFor(verifyOptionsSchema, command);
    const summary = await withControl(options.quiet, (control) => verify(path, given, control));
    printResult(options.json ? summary : flattened(summary), options.json);
    if (!summary.legal) process.exitCode = EXIT_ILLEGAL;
  });
}

/** An object with the members of its objects under dotted names; lists are left out. */
function flattened(value: object, prefix = ""): Record<string, unknown> {
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, item]) => {
      if (Array.isArray(item)) return {};
      if (typeof item === "object" && item !== null) return flattened(item, `${prefix}${name}.`);
      return { [`${prefix}${name}`]: item ?? "none" };
    }),
  );
}

export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .description(
      "train a placement policy on a block, or on several as pretrain does; writes metrics.jsonl, checkpoints, " +
        "and the best placement or the policy of all",
    )
    .argument("<block...>", BLOCK)
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      examples(
        "ashlar train blocks/ariane --budget 10m --out runs/ariane-policy",
        "ashlar train blocks/ariane --out runs/ariane-policy --resume --budget 1h",
      ),
    );
  addSchemaOptions(command, trainCommandSchema).action(async (paths: string[], options) => {
    const [path, ...more] = paths;
    if (more.length > 0) refuseBeyond(command, trainCommandSchema, pretrainSchema, "is for a single block");
    const summary = await withControl<object>(options.quiet, (control) =>
      more.length > 0
        ? pretrain(paths, optionsFor(pretrainSchema, command), control)
        : trainCommand(path!, optionsFor(trainCommandSchema, command), control),
    );
    printResult(summary, options.json);
  });
}

/** Options of either kind of pretraining; what both have is the policy's. */
const EITHER = pretrainSchema.extend(
  rewardModelSchema.pick({ placements: true, epochs: true, samplePolicy: true, data: true }).shape,
);

export function addPretrain(program: Command): void {
  const command = program
    .command("pretrain")
    .description("train one policy on many blocks; writes policy.safetensors for place --policy")
    .argument(
      "<block...>",
      "directories, netlist files (.pb.txt), Bookshelf sets (.aux) or designs (.def, their LEF files beside them)",
    )
    .option("--reward-model", "train a model of placements' costs instead, and a policy's encoder with it")
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      examples(
        "ashlar pretrain sets/five/* --held-out sets/five-held-out/a --budget 1h --out runs/five",
        "ashlar place blocks/ariane --policy runs/five/policy.safetensors --iterations 1",
        "ashlar place blocks/ariane --policy runs/five/policy.safetensors --finetune --budget 5m",
        "ashlar pretrain sets/five/* --reward-model --held-out sets/five-held-out/a --out runs/reward",
      ),
    );
  const renamed = { ...PRETRAIN_RENAMED, ...REWARD_MODEL_RENAMED };
  addSchemaOptions(command, EITHER, renamed).action(async (paths: string[], options) => {
    const { rewardModel, quiet, json } = options;
    if (rewardModel) refuseBeyond(command, EITHER, rewardModelSchema, "does not go with --reward-model");
    else refuseBeyond(command, EITHER, pretrainSchema, "goes with --reward-model only");
    const summary = await withControl<object>(quiet, (control) =>
      rewardModel
        ? pretrainRewardModel(paths, optionsFor(rewardModelSchema, command), control)
        : pretrain(paths, optionsFor(pretrainSchema, command), control),
    );
    printResult(summary, json);
  });
}

export function addCompare(program: Command): void {
  const command = program
    .command("compare")
    .description("run methods on blocks with several seeds at equal time; writes compare.json and charts")
    .argument("<block...>", BLOCK)
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      examples(
        "ashlar compare blocks/ariane blocks/nvdla --methods policy,anneal --budget 60s --seeds 1,2,3",
        "ashlar compare design.def --lef tech.lef --lef cells.lef --methods anneal,greedy",
        "ashlar compare blocks/ariane --methods anneal,./mine.js",
      ),
    );
  addSchemaOptions(command, compareOptionsSchema).action(async (paths: string[], options) => {
    const given = optionsFor(compareOptionsSchema, command);
    const comparison = await withControl(
      options.quiet,
      (control) => compare(paths, given, control),
      repeatingThis,
    );
    process.stdout.write(options.json ? jsonLine(comparison) : comparisonTable(comparison));
    const scores = comparison.rows.flatMap((row) => row.runs.flatMap((run) => run.score ?? []));
    if (scores.length === 0) process.exitCode ??= EXIT_BAD_INPUT;
    else if (scores.some((score) => !score.legal)) process.exitCode ??= EXIT_ILLEGAL;
  });
}

export function addConvert(program: Command): void {
  const command = program
    .command("convert")
    .description("write a block, or its placement, in another format")
    .argument("<in>", BLOCK_OR_RUN)
    .argument(
      "<out>",
      ".pb.txt, .aux, .plc, .pl or .def file (and .gz), .tcl, .cfg, or a directory ending in /",
    )
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      `${examples(
        "ashlar convert ibm01/ibm01.aux blocks/ibm01/ --cluster   netlist.pb.txt.gz and initial.plc of soft macros",
        "ashlar convert ibm01/ibm01.aux ibm01.pb.txt.gz           flat: cells with one pin in their middle",
        "ashlar convert flat.pb.txt.gz out/flat.aux --placement best.plc",
        "ashlar convert ibm01/ibm01.aux best.pl --placement best.plc",
        "ashlar convert design.def blocks/design/ --cluster --lef tech.lef --lef cells.lef",
      )}\nA .plc file of a Bookshelf block numbers nodes as its .nodes file does, from 0.`,
    );
  addSchemaOptions(command, convertSchema).action(async (path: string, out: string, options) => {
    const given = optionsFor(convertSchema, command);
    const summary = await withControl(options.quiet, (control) => convert(path, out, given, control));
    printResult(summary, options.json);
  });
}

export function addGenerate(program: Command): void {
  const command = program
    .command("generate")
    .description("make a structured block of a family, or a set of blocks")
    .option("--json", JSON_HELP)
    .option("--quiet", QUIET_HELP)
    .addHelpText(
      "after",
      examples(
        "ashlar generate --macros 32 --seed 7 --out blocks/g32",
        "ashlar generate --family cache --macros 60 --blockages 2 --out blocks/cache",
        "ashlar generate --set benchmarks/sets/five.json --out blocks/five",
      ),
    );
  addSchemaOptions(command, generateCommandSchema).action(async (options) => {
    const given = optionsFor(generateCommandSchema, command);
    const isQuiet = options.quiet || options.set === undefined;
    const summary = await withControl<object>(
      isQuiet,
      (control) => generateCommand(given, control),
      repeatingThis,
    );
    printResult(summary, options.json);
  });
}

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("generate a small block, let a policy learn to place it, and show picture and report")
    .option("--budget <time>", "time to learn", "30s")
    .option("--out <dir>", "where everything goes", "runs/demo")
    .option("--json", "print one line of JSON, the summary of the policy's run")
    .option("--quiet", QUIET_HELP)
    .addHelpText("after", examples("ashlar demo --budget 60s --out runs/demo"))
    .action(async ({ out, budget, json, quiet }) => {
      let text = "";
      const summary = await withControl(
        quiet,
        async (control) => {
          const done = await demo(out, budget, control);
          text = done.text;
          return done.summary;
        },
        () => `continue with: ${commandLine(demoRun(out, budget).resume)}`,
      );
      if (json) printResult(summary, true);
      else process.stdout.write(`${text}\nNext: ${ownCommand()} --help\n`);
    });
}

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
    process.stdout.write(`${server.address}\n`);
    // What is being read or computed for a page is not waited for.
    const end = () => void server.close().finally(() => process.exit());
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  });
}
