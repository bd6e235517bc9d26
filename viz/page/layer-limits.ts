// Distances in pixels below which lines are not drawn, because they could not be told apart.
export const LEAST_ROW_PIXELS = 5;
export const LEAST_TRACK_PIXELS = 4;
/** Smallest width of a macro that shows its pins, and longest side of the smallest one that shows its name. */
export const LEAST_PINS_PIXELS = 90;
export const LEAST_NAME_PIXELS = 34;
