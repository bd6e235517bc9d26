// Editing a design by hand: rules that break are told while a macro is dragged, edges snap, macros are arranged and locked, and a
// saved edit is what the command line reads and goes on from.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import type { Costs } from "../../env/index.js";
import { convert, evaluate, place, readRun, view } from "../../flow/index.js";
import type { Placement } from "../../netlist/index.js";
import type { ViewServer } from "../../viz/index.js";
import { launchBrowser, openPage, query } from "../support/browser.js";
import { makeFolder } from "../support/temp-folder.js";

const DESIGN = "examples/design/tile.def";
const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
/** Of each macro in the design, on all sides, µm. */
const HALO = 1.5;

let browser: Browser;
let run = "";
let server: ViewServer;
let errors: string[] = [];
let page: Page;

before(async () => {
  run = join(makeFolder(), "run");
  const options = { method: "greedy", iterations: 1, workers: 1, clusters: 12 };
  [browser] = await Promise.all([launchBrowser(), place(DESIGN, { ...options, out: run })]);
  const opened = await view([run]);
  server = opened.server!;
  const first = await openPage(browser, `${server.address}&theme=light`);
  page = first.page;
  errors = first.errors;
});
after(async () => {
  await browser.close();
  await server.close();
});

/** Shows the run's best placement again, with nothing selected and nothing locked. */
async function fresh(): Promise<void> {
  await page.keyboard.press("Escape");
  const { locked } = await query(page);
  if ((locked as string[]).length > 0) {
    await page.keyboard.press("Control+a");
    await page.keyboard.press("l");
    if (((await query(page)).locked as string[]).length > 0) await page.keyboard.press("l");
    await page.keyboard.press("Escape");
  }
  await page.selectOption("#shown", "initial");
  await page.selectOption("#shown", "best");
  assert.deepEqual((await query(page)).violations, []);
}

const at = (name: string) => page.evaluate((name) => window.ashlar!.place(name), name);
const pixel = (x: number, y: number) =>
  page.evaluate(([x, y]) => window.ashlar!.toPage(x!, y!), [x, y] as const);

/** Drags a macro so that its centre comes to a place, µm; `drop`: let it go there. */
async function drag(name: string, [x, y]: readonly [number, number], drop = true): Promise<void> {
  const [fromX, fromY] = await at(name);
  await page.mouse.move(...(await pixel(fromX, fromY)));
  await page.mouse.down();
  const to = await pixel(x, y);
  await page.mouse.move(to[0] - 3, to[1] - 3);
  await page.mouse.move(...to);
  if (drop) await page.mouse.up();
}

async function select(...names: string[]): Promise<void> {
  await page.keyboard.press("Escape");
  for (const name of names) {
    const [x, y] = await at(name);
    await page.mouse.move(...(await pixel(x, y)));
    await page.keyboard.down("Shift");
    await page.mouse.down();
    await page.mouse.up();
    await page.keyboard.up("Shift");
  }
  assert.deepEqual(new Set((await query(page)).selected as string[]), new Set(names));
}

const kindsOf = async () => ((await query(page)).violations as string[][]).map(([kind]) => kind!);
const [A, B, TAG] = ["icache/data0", "icache/data1", "dcache/tag3"] as const;

test("rules that break are counted while a macro is dragged, and nothing is left when it is put back", async () => {
  await fresh();
  const { costs } = await query(page);
  const [x, y] = await at(B);
  await page.keyboard.press("g");
  await drag(A, [x + 0.0123, y + 20.0007], false);
  const kinds = await kindsOf();
  assert.ok(kinds.includes("overlap"), String(kinds));
  assert.ok(kinds.includes("grid"), "without snapping it is off the manufacturing grid");
  assert.match((await page.textContent("#violations"))!, /^\d overlaps?, .*1 macro off the grid/);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await page.keyboard.press("g");
  assert.deepEqual(await kindsOf(), []);
  assert.deepEqual((await query(page)).costs, costs);
});

test("an edge snaps to the halo of its neighbour on the grid; Alt turns it off; both keep exact costs", async () => {
  await fresh();
  const [x, y] = await at(B);
  const { block } = await readRun(run);
  const halfWidth = (name: string) => block.widths[block.nodeNames.indexOf(name)]! / 2;
  // Beside the neighbour, a little too far and a little too high.
  const box = halfWidth(B) + halfWidth(TAG) + HALO;
  await drag(TAG, [x + box + 0.15, y + 0.2]);
  const [snappedX] = await at(TAG);
  assert.ok(Math.abs(snappedX - (x + box)) < 0.011, `${snappedX} is not ${x + box}`);
  assert.ok(!(await kindsOf()).some((kind) => kind === "grid" || kind === "halo"), String(await kindsOf()));
  await page.keyboard.down("Alt");
  await drag(TAG, [x + box - 0.3111, y + 0.2]);
  await page.keyboard.up("Alt");
  const kinds = await kindsOf();
  assert.ok(kinds.includes("halo") && kinds.includes("grid"), String(kinds));
});

test("macros are aligned, distributed, swapped and turned together, as far as LEF allows, and undone", async () => {
  await fresh();
  const before = await query(page);
  await select("icache/data0", "icache/data1", "icache/data2", "icache/data3");
  await page.click("#align-left");
  const places = await Promise.all([0, 1, 2, 3].map((i) => at(`icache/data${i}`)));
  assert.equal(new Set(places.map(([x]) => x)).size, 1);
  await page.click("#distribute-y");
  const ys = (await Promise.all([0, 1, 2, 3].map((i) => at(`icache/data${i}`)))).map(([, y]) => y);
  ys.sort((a, b) => a - b);
  const gaps = ys.slice(1).map((y, i) => y - ys[i]!);
  assert.ok(Math.max(...gaps) - Math.min(...gaps) <= 0.0101, `gaps ${gaps}`);
  await select(A, TAG);
  const [was, other] = [await at(A), await at(TAG)];
  await page.keyboard.press("w");
  const now = await at(A);
  assert.ok(Math.abs(now[0] - other[0]) < 20 && Math.abs(now[0] - was[0]) > 20);
  // SYMMETRY X Y without R90: half a turn is all that is allowed.
  const [, , turnedFrom] = await at(A);
  await page.keyboard.press("o");
  assert.equal((await at(A))[2], turnedFrom ^ 2);
  assert.ok(!(await kindsOf()).includes("orientation"));
  for (let i = 0; i < 4; i++) await page.keyboard.press("Control+z");
  assert.deepEqual((await query(page)).costs, before.costs);
});

test("all macros move at once with exact costs, a locked one stays, and a box selects", async () => {
  await fresh();
  await page.keyboard.press("b");
  const [left, top] = await pixel(0, 135);
  const [right, bottom] = await pixel(159, 0);
  await page.mouse.move(left + 2, top + 2);
  await page.mouse.down();
  await page.mouse.move(right - 2, bottom - 2);
  await page.mouse.up();
  await page.keyboard.press("b");
  assert.equal(((await query(page)).selected as string[]).length, 11);
  await select(A);
  await page.keyboard.press("l");
  assert.deepEqual((await query(page)).locked, [A]);
  const [x, y] = await at(A);
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Control+ArrowUp");
  assert.deepEqual((await at(A)).slice(0, 2), [x, y]);
  await drag(A, [x + 30, y]);
  assert.deepEqual((await at(A)).slice(0, 2), [x, y]);
  // Seen from the start, the costs are those that were followed move by move.
  const { costs } = await query(page);
  await page.selectOption("#shown", "initial");
  await page.selectOption("#shown", ((await query(page)).kept as string[]).at(-1)!);
  assert.deepEqual((await query(page)).costs, costs);
});

test("saving what breaks rules asks first; files are those of the command line; a run goes on from it", async () => {
  await fresh();
  const [x, y] = await at(B);
  await drag(A, [x, y + 29]);
  const pageSays = (await query(page)).violations as string[][];
  assert.ok(pageSays.length > 0);
  await select("dcache/data0", TAG);
  await page.keyboard.press("l");
  await page.keyboard.press("s");
  assert.match((await page.textContent("#ask-text"))!, /breaks .* rules?: \d overlaps?/);
  await page.click("#ask-cancel");
  assert.equal(existsSync(join(run, "edits")), false);
  await page.keyboard.press("s");
  await page.click("#ask-yes");
  const command = await page.locator("#command").innerText();
  const shown = await query(page);
  assert.equal(shown.unsaved, false);
  const saved = join(run, "edits/edit-1.plc");
  const { score, violations } = await evaluate(saved);
  assert.deepEqual(
    violations.map(({ kind, macro, other }) => [kind, macro, other ?? ""]),
    pageSays,
  );
  assert.equal(score.proxy_cost, (shown.costs as Costs).proxyCost);
  // The same bytes as `convert` writes.
  for (const ending of ["def", "tcl"]) {
    const file = join(makeFolder(), `edit.${ending}`);
    await convert(saved, file);
    assert.equal(readFileSync(join(run, `edits/edit-1.${ending}`), "utf8"), readFileSync(file, "utf8"));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click(`#download-${ending}`).then(() => page.click("#ask-yes")),
    ]);
    assert.equal(readFileSync((await download.path())!, "utf8"), readFileSync(file, "utf8"));
  }
  // The command as it is shown, with a small budget.
  const out = `${run}-edit-1`;
  assert.equal(
    command,
    `npx ashlar place ${run} --method greedy --from ${saved} --keep dcache/data0,${TAG} --out ${out}`,
  );
  execFileSync("sh", [
    "-c",
    `${command.replace("npx ashlar", `"${process.execPath}" "${MAIN}"`)} --iterations 1 --workers 1`,
  ]);
  const result = await readRun(out);
  const centre = (placement: Placement, name: string) => {
    const node = result.block.nodeNames.indexOf(name);
    return [placement.xs[node], placement.ys[node]];
  };
  for (const name of ["dcache/data0", TAG]) {
    const [found, wanted] = [centre(result.best!, name), (await at(name)).slice(0, 2)];
    found.forEach((value, i) => {
      assert.ok(Math.abs(value! - wanted[i]!) < 1e-6, `${name}: ${found}, not ${wanted}`);
    });
  }
  // Another page finds the edit with its locks.
  const { page: again } = await openPage(browser, `${server.address}&placement=edit-1`);
  const state = await query(again);
  assert.deepEqual(new Set(state.locked as string[]), new Set(["dcache/data0", TAG]));
  assert.deepEqual(state.violations, pageSays);
  await again.close();
});

test("an edit that was not saved is kept when another placement is shown, and comes back", async () => {
  await fresh();
  await select(TAG);
  await page.keyboard.press("Shift+ArrowLeft");
  const { costs } = await query(page);
  await page.selectOption("#shown", "initial");
  assert.notDeepEqual((await query(page)).costs, costs);
  const { kept } = await query(page);
  const id = (kept as string[]).at(-1)!;
  await page.selectOption("#shown", id);
  const back = await query(page);
  assert.deepEqual(back.costs, costs);
  assert.equal(back.unsaved, true);
  await page.selectOption("#shown", "best");
  assert.deepEqual((await query(page)).kept, kept);
  assert.deepEqual(errors, []);
});
