// A small library and design, written out so that every number can be checked by hand.
import {
  DEFAULT_ROUTING,
  type LoadDefOptions,
  type LoadedDef,
  loadDef,
} from "../../../../../netlist/index.js";
import { makeFile, makeFolder } from "../../tiny-files.js";

/** 1000 units a µm; a horizontal and a vertical layer; RAM 20 x 10 (X Y), ROT 8 x 4 (X Y R90), FF and INV cells. */
export const TINY_LEF = `VERSION 5.8 ;
UNITS
  DATABASE MICRONS 1000 ;
END UNITS
MANUFACTURINGGRID 0.005 ;
LAYER m1
  TYPE ROUTING ; DIRECTION HORIZONTAL ;
  PITCH 0.4 0.5 ; WIDTH 0.1 ;
  PROPERTY LEF58_TYPE "TYPE X ;
  MORE ;" ;
END m1
LAYER v1
  TYPE CUT ;
END v1
LAYER m2
  TYPE ROUTING ; DIRECTION VERTICAL ; PITCH 0.25 ; WIDTH 0.1 ;
END m2
VIA via1 DEFAULT
  LAYER m1 ; RECT 0 0 1 1 ;
END via1
SITE core
  CLASS CORE ; SYMMETRY Y ; SIZE 0.5 BY 2 ;
END core
MACRO RAM
  CLASS BLOCK ; ORIGIN 0 0 ; SYMMETRY X Y ;
  SIZE 20 BY 10 ;
  PIN A # a comment with ; and "quotes
    DIRECTION INPUT ;
    PORT
      LAYER m1 ;
      RECT 0 1 0.4 1.2 ;
    END
  END A
  PIN Q
    DIRECTION OUTPUT ;
    PORT
      LAYER m1 ;
      RECT 19.6 8 20 8.2 ;
    END
  END Q
  OBS
    LAYER m1 ;
    RECT 0 0 20 10 ;
    LAYER m2 ;
    RECT 0 0 10 10 ;
  END
END RAM
MACRO ROT
  CLASS BLOCK ; ORIGIN 1 0.5 ; SYMMETRY X Y R90 ; SIZE 8 BY 4 ;
  PIN P
    DIRECTION INOUT ;
    PORT
      LAYER m1 ;
      RECT -1 -0.5 0 0.5 ;
    END
  END P
END ROT
MACRO FF
  CLASS CORE ; SIZE 2 BY 2 ; SYMMETRY Y ; SITE core ;
  PIN D
    DIRECTION INPUT ;
    PORT
      LAYER m1 ;
      RECT 0.2 0.2 0.4 0.4 ;
    END
  END D
  PIN O
    DIRECTION OUTPUT TRISTATE ;
  END O
END FF
END LIBRARY
`;

/** The statements before COMPONENTS; the die's lower-left corner is at (10, 20) µm. */
export const HEADER = `VERSION 5.8 ;
DIVIDERCHAR "/" ;
BUSBITCHARS "[]" ;
DESIGN top ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 10000 20000 ) ( 110000 80000 ) ;
ROW r0 core 10000 20000 N DO 200 BY 30 STEP 500 2000 ;
TRACKS Y 20250 DO 120 STEP 500 LAYER m1 ;
TRACKS X 10125 DO 400 STEP 250 LAYER m2 ;
`;

export const COMPONENTS = `COMPONENTS 4 ;
- mem/a[0] RAM + PLACED ( 20000 30000 ) FN
  + HALO 1000 2000 3000 4000 ;
   - mem/b RAM   + SOURCE DIST   + FIXED ( 80000 60000 ) S ;
- c ROT ;
- ff FF + PROPERTY note "+ PLACED ( 1 1 ) N ;" + UNPLACED ;
END COMPONENTS
`;

export const PINS = `PINS 2 ;
- in + NET n1 + DIRECTION INPUT + USE SIGNAL
  + PORT + LAYER m1 ( 0 -100 ) ( 400 100 ) + FIXED ( 10000 50000 ) N ;
- out + NET n3 + DIRECTION OUTPUT + LAYER m1 ( -100 0 ) ( 100 300 ) + PLACED ( 60000 80000 ) S ;
END PINS
`;

export const NETS = `SPECIALNETS 1 ;
- VDD ( * VDD ) + ROUTED m1 200 ( 10000 20000 ) ( * 80000 ) ;
END SPECIALNETS
NETS 4 ;
- n1 ( mem/a[0] A ) ( PIN in ) + USE SIGNAL + WEIGHT 3 ;
- n2 ( ff D ) ( mem/b A ) ( mem/a[0] Q ) + ROUTED m1 ( 1 2 ) ( * 3 ) VIA1 NEW m2 ( 4 5 ) ( 6 * ) ;
- n3 ( PIN out ) ( ff O ) ( c P + SYNTHESIZED ) ;
- lone ( mem/b Q ) ;
END NETS
`;

export const TINY_DEF = `${HEADER}${COMPONENTS}${PINS}${NETS}END DESIGN\n`;

/** The tiny design with a polygon die and every kind of constraint: what readers are fuzzed with. */
export const FUZZ_DEF = TINY_DEF.replace(
  "( 110000 80000 )",
  "( 10000 80000 ) ( 60000 80000 ) ( 60000 60000 ) ( 110000 60000 ) ( 110000 20000 )",
).replace(
  "PINS 2",
  `BLOCKAGES 3 ;
- PLACEMENT RECT ( 10000 20000 ) ( 12000 22000 ) ;
- PLACEMENT + SOFT RECT ( 10000 20000 ) ( 12000 22000 ) RECT ( 0 0 ) ( 5 5 ) ;
- LAYER m1 RECT ( 0 0 ) ( 100 100 ) ;
END BLOCKAGES
REGIONS 1 ;
- core ( 10000 20000 ) ( 60000 60000 ) + TYPE FENCE ;
END REGIONS
GROUPS 1 ;
- grp mem/* + REGION core ;
END GROUPS
PINS 2`,
);

/** Both files in a fresh folder. */
export function makeDesign(def = TINY_DEF, lef = TINY_LEF, name = "top.def"): string {
  const folder = makeFolder();
  makeFile("tiny.lef", lef, folder);
  return makeFile(name, def, folder);
}

/** The design loaded, its library beside it. */
export function loadTiny(
  def = TINY_DEF,
  options: Partial<LoadDefOptions> = {},
  lef = TINY_LEF,
): Promise<LoadedDef> {
  return loadDef(makeDesign(def, lef), { defaultRouting: DEFAULT_ROUTING, ...options });
}
