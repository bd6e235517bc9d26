// A process that takes a folder at a moment, says what came of it, and lets it go when it is told to.
import { takeFolder } from "../../flow/folder-owner.js";

let release: (() => void) | undefined;

process.on("message", (order: { take?: string; at?: number }) => {
  if (order.take === undefined) {
    release?.();
    release = undefined;
    process.send!("released");
    return;
  }
  while (Date.now() < order.at!); // all begin in the same millisecond
  try {
    release = takeFolder(order.take);
    process.send!("taken");
  } catch (error) {
    process.send!((error as Error).message);
  }
});
