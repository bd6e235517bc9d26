// The answer to a job, as a worker stores it and a run reads it.
import { unpack } from "./parcel.js";
import { unstored } from "./stored.js";

/** What a worker stores under a job's key. */
export type Answer =
  | { readonly value: unknown }
  | {
      readonly problem: {
        readonly message: string;
        readonly worker: string;
        /** The user can mend it. */
        readonly isInput: boolean;
        /** The server lacked what the job needs. */
        readonly isMissing: boolean;
      };
    };

/** An answer as it was stored. What cannot be read counts as a failure of its worker. */
export function answerOf(bytes: Buffer): Answer {
  try {
    const answer = unpack(unstored(bytes)) as Answer;
    if ("value" in answer || typeof answer.problem.message === "string") return answer;
  } catch {
    // told below
  }
  const message = "an answer that cannot be read";
  return { problem: { message, worker: "unknown", isInput: false, isMissing: false } };
}
