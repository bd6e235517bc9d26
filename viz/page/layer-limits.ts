// Distances in pixels below which lines are not drawn, because they could not be told apart.
export const LEAST_ROW_PIXELS = 5;
export const LEAST_TRACK_PIXELS = 4;
