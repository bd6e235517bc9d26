// Whether groups of hard macros can move as one body in a design: what a member breaks in relation to the others, and by its
// orientation, it would break wherever the group goes.
import { sidesOf } from "../../boxes.js";
import type { MacroGroup } from "../../grouped-view.js";
import { InputError } from "../../input-error.js";
import { checkConstraints } from "./check-constraints.js";
import { boundsOf } from "./geometry.js";
import type { LoadedDef } from "./load-def.js";
import { membershipsOf } from "./memberships.js";

/** Database units: how far a distance may be from a whole number of steps. More than arithmetic adds, less than a unit. */
const OFF_STEP = 0.02;

/**
 * Throws `InputError` for a group whose members, in the initial placement of the design's block, do not allow each other, whose
 * distances are off the lattice, or that different regions hold.
 */
export function checkGroups(loaded: LoadedDef, groups: readonly MacroGroup[]): void {
  if (groups.length === 0) return;
  const { block } = loaded;
  const violations = checkConstraints(loaded, block.initial);
  for (const group of groups) {
    const { members, name } = group;
    const names = new Set(members.map((node) => block.nodeNames[node]!));
    const own = violations.find(
      ({ kind, macro, other }) =>
        names.has(macro) &&
        (kind === "orientation" || ((kind === "overlap" || kind === "halo") && names.has(other!))),
    );
    if (own)
      throw new InputError(
        `--group '${name}'`,
        own.message,
        "mend that first: a group stays as it is laid out",
      );
    refuseOffLattice(loaded, group);
    refuseTwoRegions(loaded, group);
  }
}

function refuseOffLattice({ block, design, lattice }: LoadedDef, { members, name }: MacroGroup): void {
  const { units } = design;
  const corners = members.map((node) => {
    const { width, height } = sidesOf(block, block.initial, node);
    return {
      x: (block.initial.xs[node]! - width / 2) * units,
      y: (block.initial.ys[node]! - height / 2) * units,
    };
  });
  const nameOf = (index: number) => `'${block.nodeNames[members[index]!]}'`;
  corners.forEach((corner, index) => {
    for (const axis of ["x", "y"] as const) {
      const { pitch } = lattice[axis];
      const distance = corner[axis] - corners[0]![axis];
      const off = Math.abs(distance - Math.round(distance / pitch) * pitch);
      if (off > OFF_STEP)
        throw new InputError(
          `--group '${name}'`,
          `macros ${nameOf(0)} and ${nameOf(index)} are ${Number((Math.abs(distance) / units).toFixed(6))} µm apart in ${axis}, ` +
            `no whole number of steps of ${lattice.name} (${pitch / units} µm)`,
          "lay them out on it, or choose another --snap",
        );
    }
  });
}

/** A region that holds or keeps out some members, but not all, would tear the group apart. Guides only pull. */
function refuseTwoRegions(loaded: LoadedDef, { members, name }: MacroGroup): void {
  const { nodes, block } = loaded;
  const memberships = membershipsOf(loaded);
  const regionsOf = (node: number) =>
    (memberships.get(nodes.componentOfNode[node]!) ?? []).filter(({ type }) => type !== "GUIDE");
  const everyOne = members.map(regionsOf);
  for (const region of new Set(everyOne.flat())) {
    const [inside, outside] = [true, false].map(
      (isIn) => members[everyOne.findIndex((own) => own.includes(region) === isIn)],
    );
    if (inside === undefined || outside === undefined) continue;
    throw new InputError(
      `--group '${name}'`,
      `macro '${block.nodeNames[inside]}' belongs to region '${region.name}' and macro '${block.nodeNames[outside]}' does not`,
      "group macros of the same regions",
    );
  }
}

/** Sides of the core, or of the die where that is all core, µm. */
export function roomOf({ design, core }: LoadedDef) {
  const { left, bottom, right, top } = core ?? boundsOf(design.die);
  return {
    width: (right - left) / design.units,
    height: (top - bottom) / design.units,
    name: core ? "core" : "die",
  };
}
