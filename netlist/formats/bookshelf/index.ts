// Bookshelf: readers and writers.
export * from "./bookshelf-writer.js";
export type { BookshelfFrame } from "./frame.js";
export * from "./load-bookshelf.js";
export * from "./pl-writer.js";
