// `view`: the viewer's server for a block or a run, or one picture or page of it in a file.
import { z } from "zod";
import { Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { InputError, writeFileAtomically } from "../netlist/index.js";
import { type PngPrinter, renderPage, renderSvg, startViewServer, type ViewServer } from "../viz/index.js";
import { blockOptionsSchema } from "./block-options.js";
import { parseOptions } from "./options.js";
import { networkOption, openNetwork } from "./own-module.js";
import { type BlockView, openView } from "./view-source.js";

export const viewOptionsSchema = blockOptionsSchema.extend({
  network: networkOption,
  port: z.number().int().min(0).max(65535).default(0).describe("port on 127.0.0.1; 0 takes a free one"),
  svg: z.string().optional().describe("write a picture to this file instead of serving"),
  html: z.string().optional().describe("write the page with its data as one file instead of serving"),
  png: z
    .string()
    .optional()
    .describe("write a screenshot of the page to this file instead of serving; needs a Chromium"),
  theme: z.enum(["light", "dark"]).default("light").describe("of pictures and screenshots"),
  show: z
    .string()
    .optional()
    .describe("what the screenshot shows: the text behind # in the page's address, such as map=density"),
});

export type ViewOptions = z.input<typeof viewOptionsSchema>;

/** The server that runs, or the files that were written. */
export interface Viewed {
  readonly server?: ViewServer;
  readonly files: readonly string[];
  /** Why a file is missing, if one could not be written. */
  readonly problem?: unknown;
}

/**
 * Shows a block or a run; further paths are compared with it. `print` makes a picture of a page, for `png`. Throws
 * `InputError` for what is no block or run, or is of another block.
 */
export async function view(
  paths: readonly string[],
  given: ViewOptions = {},
  print?: PngPrinter,
  onBug?: (error: unknown) => void,
): Promise<Viewed> {
  const {
    port,
    svg,
    html,
    png,
    theme,
    show,
    network: chosen,
    ...options
  } = parseOptions(viewOptionsSchema, given);
  if (show !== undefined && png === undefined)
    throw new InputError("--show", "is of a screenshot, and none is asked for", "add --png FILE");
  const [path, ...others] = paths;
  if (path === undefined) throw new InputError("view", "nothing to view", "give a run's folder or a block");
  // Only what was given counts over the run's own options: defaults must not.
  const set = Object.fromEntries(Object.entries(options).filter(([name]) => name in given));
  const { network } = await openNetwork(chosen);
  const source = await openView(path, others, { ...set, network });
  if (svg === undefined && html === undefined && png === undefined)
    return { files: [], server: await startViewServer(source, port, onBug) };
  const files: string[] = [];
  let problem: unknown;
  const write = async (file: string | undefined, make: (file: string) => Promise<void>) => {
    if (file === undefined) return;
    try {
      await make(file);
      files.push(file);
    } catch (error) {
      problem ??= error; // the other files are written all the same
    }
  };
  await write(svg, async (file) => writeFileAtomically(file, await picture(source, theme)));
  await write(html, async (file) => writeFileAtomically(file, await renderPage(source)));
  await write(png, async (file) => {
    if (!print) throw new InputError("--png", "no browser to take the picture with");
    await print(await renderPage(source, explainedStep(show)), file, {
      theme,
      ...(show !== undefined && { show }),
    });
  });
  return { files, ...(problem !== undefined && { problem }) };
}

/** The step of the policy's episode whose influences a picture shows; undefined if it shows none. */
function explainedStep(show = ""): number | undefined {
  const state = new URLSearchParams(show);
  const step = /^episode:(\d{1,6})$/.exec(state.get("time") ?? "")?.[1];
  const hidden = state.get("hide")?.split(",");
  return step !== undefined && hidden && !hidden.includes("influences") ? Number(step) : undefined;
}

async function picture(source: BlockView, theme: "light" | "dark"): Promise<string> {
  const { blockItself: block, pageRules } = source;
  const { placements, title, state, rules } = await source.session();
  const placement = await source.placementOf(placements[0]!.id);
  const judge = new Judge(Kernels.create(), block, pageRules);
  const costs = judge.evaluate(placement);
  const leftOut = rules.leftOut.length > 0 ? [`without cost terms ${rules.leftOut.join(", ")}`] : [];
  const subtitle = state === "block" ? [] : [placements[0]!.label, ...leftOut];
  return renderSvg({ block, placement, maps: judge.maps(), costs, title, subtitle, theme });
}
