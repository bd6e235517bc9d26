// The commands that end with a result: each parses its options, calls one function of the library, and prints the result.
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
} from "../flow/index.js";
import { BLOCK, BLOCK_OR_RUN, examples, JSON_HELP, QUIET_HELP } from "./help.js";
import { infoText } from "./info-text.js";
import {
  commandLine,
  EXIT_BAD_INPUT,
  EXIT_ILLEGAL,
  ownCommand,
  printResult,
  printViolations,
  repeatingThis,
  withControl,
} from "./output.js";
import { addSchemaOptions, optionsFor, refuseBeyond } from "./schema-options.js";

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
        "ashlar eval runs/ariane --nudges 32",
        "ashlar eval netlist.pb.txt.gz --placement best.plc --grid 24x21",
      ),
    );
  addSchemaOptions(command, evalOptionsSchema).action(async (path: string, options) => {
    const { score, violations } = await evaluate(path, optionsFor(evalOptionsSchema, command));
    if (options.json) printResult({ ...score, violations }, true);
    else {
      const { nudged } = score;
      const luck =
        nudged &&
        `${nudged.mean.toFixed(6)}, the mean of ${nudged.nudges} under ${nudged.protocol}; deviation ${nudged.deviation.toFixed(6)}`;
      printResult({ ...score, ...(luck && { nudged: luck }), violations: violations.length }, false);
      printViolations(violations);
    }
    if (options.nudges !== undefined && !score.nudged && !options.quiet)
      process.stderr.write("no hard macro may move, so no copies were nudged\n");
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
