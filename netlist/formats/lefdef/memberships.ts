// Which components of a design belong to which of its regions.
import { nameMatcher } from "../../names.js";
import type { DefComponents, DefDesign, DefRegion } from "./def-design.js";

/** What says so. */
export interface Memberships {
  readonly design: Pick<DefDesign, "regions" | "groups"> & {
    readonly components: Pick<DefComponents, "names" | "regions">;
  };
  /** Per component its regions, if they are known already. */
  readonly memberships?: ReadonlyMap<number, readonly DefRegion[]>;
}

/** Per component its regions, by `+ REGION` or by a group. */
export function membershipsOf(given: Memberships): ReadonlyMap<number, readonly DefRegion[]> {
  if (given.memberships) return given.memberships;
  const { regions, groups, components } = given.design;
  const regionOf = new Map(regions.map((region) => [region.name, region]));
  const memberships = new Map<number, DefRegion[]>();
  const add = (component: number, name: string) => {
    const region = regionOf.get(name);
    if (region) memberships.set(component, [...(memberships.get(component) ?? []), region]);
  };
  for (const [component, name] of components.regions) add(component, name);
  for (const { patterns, region } of groups) {
    if (region === undefined || patterns.length === 0) continue;
    const exact = new Set(patterns.filter((pattern) => !pattern.includes("*")));
    const wild = patterns.filter((pattern) => pattern.includes("*")).map(nameMatcher);
    components.names.forEach((name, component) => {
      if (exact.has(name) || wild.some((matches) => matches(name))) add(component, region);
    });
  }
  return memberships;
}
