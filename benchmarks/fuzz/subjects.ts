// What is fuzzed: every reader of a block's files, policies and checkpoints, run folders, block sets, `--config` and
// the viewer's server.
import { BLOCK_SUBJECTS } from "./block-files.js";
import { CONFIG_SUBJECT } from "./config-file.js";
import { POLICY_SUBJECTS } from "./policy-files.js";
import { RUN_SUBJECT } from "./run-files.js";
import { SERVER_SUBJECT } from "./server-requests.js";
import { BLOCK_SET_SUBJECT } from "./set-file.js";
import type { Subject } from "./subject.js";

export const SUBJECTS: Readonly<Record<string, Subject>> = {
  ...BLOCK_SUBJECTS,
  ...POLICY_SUBJECTS,
  run: RUN_SUBJECT,
  set: BLOCK_SET_SUBJECT,
  config: CONFIG_SUBJECT,
  server: SERVER_SUBJECT,
};
