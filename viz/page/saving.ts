// Saves edited placements in the run's folder or offers them as downloads, and says how to go on from them.
import { NodeKind } from "../../netlist/index.js";
import { placeCommand } from "../place-command.js";
import type { EditFormat, Session } from "../protocol.js";
import { ask, fill, h } from "./dom.js";
import { downloadEdit, save, tokenOf } from "./edits.js";
import { violationCounts } from "./legality.js";
import { notice } from "./notices.js";
import type { SceneState } from "./scene-state.js";

export interface SavingHost {
  readonly scene: SceneState;
  readonly session: Session;
  /** Runs a task, and shows a notice if it fails. */
  work(task: () => Promise<void>): Promise<void>;
  refreshSession(): Promise<void>;
}

export class Saving {
  /** The command that goes on from what was saved. */
  readonly goesOn = h("section", { id: "goes-on", hidden: true });
  private readonly host: SavingHost;
  /** Names of the edits that this page has saved. */
  private readonly own = new Set<string>();
  /** Ends when this page knows the names of its own edits: the server tells all pages of a new file before it answers. */
  private known: Promise<unknown> = Promise.resolve();

  constructor(host: SavingHost) {
    this.host = host;
  }

  /** Whether edits are saved in the run's folder; otherwise they are downloads. */
  get canSave(): boolean {
    return this.host.session.writable && tokenOf() !== null && !window.ashlarReport;
  }

  /** Saves the placement, after a question if it breaks rules. */
  async save(): Promise<void> {
    if (!this.canSave) return this.download("plc");
    if (!(await this.mayWrite())) return;
    await this.host.work(async () => {
      const { scene, session } = this.host;
      const answer = save(scene);
      this.known = answer.catch(() => {});
      const { file, problem } = await answer;
      this.own.add(file.replace("edits/", ""));
      scene.markSaved();
      const [stem, more] = [file.replace(/\.plc$/, ""), session.formats.length > 1 ? ", .def and .tcl" : ""];
      if (problem === undefined) notice(`Saved as ${stem}.plc${more} in the run's folder.`);
      else notice(`Saved as ${stem}.plc, but not as .def and .tcl: ${problem}`, { stays: true });
      this.sayHowToGoOn(`${session.path}/${file}`, `${session.path}-${stem.replace("edits/", "")}`);
      await this.host.refreshSession();
    });
  }

  async download(format: EditFormat): Promise<void> {
    if (!(await this.mayWrite())) return;
    await this.host.work(async () => {
      const { scene, session } = this.host;
      const name = await downloadEdit(scene, format, session);
      if (format === "plc") scene.markSaved();
      notice(`${name} is offered as a download.`);
      if (!window.ashlarReport && format !== "tcl") this.sayHowToGoOn(name, undefined);
    });
  }

  /** Another page or process has saved an edit of the run, or this one. */
  async takeEdits(files: readonly string[]): Promise<void> {
    await this.known;
    const known = new Set(this.host.session.placements.map(({ label }) => label));
    const listed = [...known].filter((label) => label.startsWith("edit-"));
    if (listed.length === files.length && files.every((name) => known.has(name))) return;
    const others = files.filter((name) => !known.has(name) && !this.own.has(name));
    if (others.length > 0)
      notice(
        `Another page saved edits/${others.at(-1)}. It is in the list of placements; nothing here was changed.`,
      );
    await this.host.work(() => this.host.refreshSession());
  }

  /** Asks before something that breaks rules is written. */
  private async mayWrite(): Promise<boolean> {
    const { violations } = this.host.scene.legality;
    if (violations.length === 0) return true;
    const count = violations.length === 1 ? "a rule" : `${violations.length.toLocaleString("en-US")} rules`;
    return ask(`This placement breaks ${count}: ${violationCounts(violations)}.`, "Save anyway");
  }

  /** Shows the command that goes on from a file, with the locked macros. */
  private sayHowToGoOn(from: string, out: string | undefined): void {
    const { scene, session } = this.host;
    const { nodeNames, kinds } = scene.block;
    const keep = [...scene.locked]
      .filter((node) => kinds[node] === NodeKind.HardMacro)
      .map((node) => nodeNames[node]!);
    const { path: block, method } = session;
    const command = placeCommand({ block, from, keep, method, ...(out !== undefined && { out }) });
    this.goesOn.hidden = false;
    fill(
      this.goesOn,
      h(
        "h2",
        {},
        "Go on from here",
        h("button", { class: "link", onclick: () => void navigator.clipboard?.writeText(command) }, "copy"),
      ),
      h("code", { id: "command", tabindex: 0 }, command),
    );
  }
}
