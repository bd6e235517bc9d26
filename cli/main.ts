#!/usr/bin/env node
// The command line: each command parses its options, calls one function of the library and prints the result.
import { Command } from "commander";
import { VERSION } from "../flow/index.js";
import {
  addCells,
  addCompare,
  addConvert,
  addDemo,
  addEval,
  addGenerate,
  addInfo,
  addPlace,
  addPretrain,
  addTrain,
  addVerify,
} from "./commands.js";
import { oneLine, runCommand } from "./output.js";
import { addPlc, addQueue, addView, addWorker } from "./service-commands.js";

const HELP_WIDTH = 80;

const program = new Command("ashlar")
  .description(
    "Open chip floorplanner: places the macros of a block by a learned policy or by search, under one exact judge.",
  )
  .version(VERSION)
  .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
  .configureHelp({ helpWidth: Math.min(HELP_WIDTH, process.stdout.columns ?? HELP_WIDTH) });

for (const add of [
  addInfo,
  addEval,
  addPlace,
  addCells,
  addVerify,
  addTrain,
  addPretrain,
  addCompare,
  addConvert,
  addGenerate,
  addDemo,
  addView,
  addWorker,
  addQueue,
  addPlc,
])
  add(program);

await runCommand(() => program.parseAsync());
