// The public library: what a program that uses the package should need. All else is in "ashlar/internal", where any
// version may change any name.
//
// Jobs, as the command line runs them. Each reads files, writes a run folder and returns what it would print as JSON.

// The exact cost, and a cost term of one's own.
// Placing macros as an episode.
export {
  type CellPlacer,
  type Costs,
  type CostTerm,
  createJudge,
  Environment,
  EnvironmentBatch,
  InfeasibleActionError,
  Judge,
  type JudgeOptions,
  PLANES,
  type StepResult,
} from "./env/index.js";
export {
  compare,
  convert,
  describe,
  evaluate,
  METHODS,
  type PlaceOptions,
  type PlaceSummary,
  place,
  pretrain,
  type Run,
  readRun,
  trainCommand as train,
  VERSION,
  view,
} from "./flow/index.js";
// Blocks and placements in memory.
export {
  type Block,
  generateBlock,
  InputError,
  loadBlock,
  NodeKind,
  type Placement,
  Random,
  readPlacement,
  writePlc,
} from "./netlist/index.js";
// The contracts of a placement method of one's own.
export {
  createEnvironment,
  type Method,
  type MethodContext,
  type MethodResult,
  type OneShotPlacer,
  restartMethod,
} from "./placer/index.js";

// Policies, and the contract of a network of one's own.
export {
  type Policy,
  type PolicyNetwork,
  type PolicyNetworkModule,
  readPolicy,
  train as trainPolicy,
} from "./policy/index.js";
