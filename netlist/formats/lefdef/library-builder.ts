// A LEF library as its files are read, one after another.
import type { LefLayer, LefLibrary, LefMaster, LefSite } from "./lef-library.js";

/** A library in the making: of layers and masters of one name the first counts. */
export class LibraryBuilder implements LefLibrary {
  databaseUnits: number | undefined;
  manufacturingGrid: number | undefined;
  readonly layers: LefLayer[] = [];
  readonly sites = new Map<string, LefSite>();
  readonly masters = new Map<string, LefMaster>();
  readonly notes: string[] = [];

  addLayer(layer: LefLayer): void {
    if (!this.layers.some(({ name }) => name === layer.name)) this.layers.push(layer);
  }

  addMaster(master: LefMaster): void {
    const earlier = this.masters.get(master.name);
    if (!earlier) this.masters.set(master.name, master);
    else if (earlier.width !== master.width || earlier.height !== master.height)
      this.notes.push(
        `${master.where}: MACRO '${master.name}' of another size is at ${earlier.where}, the first counts`,
      );
  }
}
