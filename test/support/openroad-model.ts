// A model of what OpenROAD does with a file of place_macro commands, run by a real tclsh: `place_macro` refuses macros
// that are fixed, that overlap a placed macro (itself included, as in OpenROAD up to pull request 11322) or that leave
// the core, and it snaps places to the next track unless told -exact.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "./temp-folder.js";

/** For `test(name, { skip: withoutTcl }, …)`. */
export const withoutTcl: string | false =
  spawnSync("tclsh", [], { input: "puts yes\n", encoding: "utf8" }).stdout === "yes\n"
    ? false
    : "tclsh is not here: Tcl files are not sourced (apt-get install tcl)";

export interface ModelMacro {
  readonly name: string;
  /** As it is placed, in µm. */
  readonly width: number;
  readonly height: number;
  readonly status: "NONE" | "PLACED" | "FIRM" | "LOCKED" | "COVER";
  readonly x?: number;
  readonly y?: number;
}

/** Distance of the model's tracks in µm. */
const TRACK = 0.6;

/** Where the macros are after `files` were sourced in turn: `x y status` by name. Throws what OpenROAD would say. */
export function sourceInModel(
  macros: readonly ModelMacro[],
  files: readonly string[],
): ReadonlyMap<string, string> {
  const script = join(makeFolder(), "model.tcl");
  const word = (text: string | number) => `[encoding convertfrom utf-8 [binary decode hex ${hex(text)}]]`;
  const made = macros.map(
    ({ name, width, height, status, x = 0, y = 0 }) =>
      `model::add ${word(name)} ${width} ${height} ${status} ${x} ${y}\n`,
  );
  writeFileSync(
    script,
    `${MODEL}${made.join("")}${files.map((file) => `source -encoding utf-8 ${word(file)}\n`).join("")}model::report\n`,
  );
  const { status, stdout, stderr } = spawnSync("tclsh", [script], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr.split("\n")[0]);
  return new Map(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [name, ...rest] = line.split("\t");
        return [name!, rest.join(" ")];
      }),
  );
}

function hex(text: string | number): string {
  return Buffer.from(String(text)).toString("hex");
}

const MODEL = `
fconfigure stdout -encoding utf-8
namespace eval ord { proc get_db_block {} { return ::model::block } }
namespace eval model {
  variable macros {}
  proc add {name width height status x y} {
    variable macros
    dict set macros $name [dict create width $width height $height status $status x $x y $y]
    interp alias {} inst:$name {} ::model::inst $name
  }
  proc block {command name} {
    variable macros
    if {$command ne "findInst"} { error "unknown $command" }
    return [expr {[dict exists $macros $name] ? "inst:$name" : "NULL"}]
  }
  proc inst {name command status} {
    variable macros
    if {$command ne "setPlacementStatus"} { error "unknown $command" }
    dict set macros $name status $status
  }
  proc report {} {
    variable macros
    dict for {name m} $macros { puts "$name\\t[dict get $m x]\\t[dict get $m y]\\t[dict get $m status]" }
  }
}
proc place_macro {args} {
  upvar #0 model::macros macros
  set exact [expr {"-exact" in $args}]
  set args [lsearch -all -inline -not -exact $args -exact]
  set name [dict get $args -macro_name]
  if {![dict exists $macros $name]} { error "MPL-0020 Couldn't find a macro named $name." }
  set was [dict get $macros $name status]
  if {$was in {FIRM LOCKED COVER}} { error "ODB-0359 Attempt to change the origin of $was instance $name" }
  lassign [dict get $args -location] x y
  if {!$exact} {
    set x [expr {ceil($x / ${TRACK}) * ${TRACK}}]
    set y [expr {ceil($y / ${TRACK}) * ${TRACK}}]
  }
  dict set macros $name x $x
  dict set macros $name y $y
  set w [dict get $macros $name width]
  set h [dict get $macros $name height]
  dict for {other m} $macros {
    if {[dict get $m status] eq "NONE"} continue
    if {$x < [dict get $m x] + [dict get $m width] - 1e-9 && [dict get $m x] < $x + $w - 1e-9
        && $y < [dict get $m y] + [dict get $m height] - 1e-9 && [dict get $m y] < $y + $h - 1e-9} {
      error "MPL-0041 Couldn't place $name. Found overlap with other macros: $other."
    }
  }
  dict set macros $name status LOCKED
}
`;
