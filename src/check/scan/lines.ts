/** The port behind which a scan's output is read. `system/` implements it over a file. */

/** A line and where it stands. */
export interface PlacedLine {
  readonly text: string;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
}

/** What stands behind the last line feed. */
export interface Unfinished {
  /** Its beginning. */
  readonly text: string;
  readonly offset: number;
}

/** Lines that are read from the first on, or at a place. */
export interface LineFile {
  /** Whole lines; `onRest` is told of an unfinished last one. */
  lines(onRest?: (rest: Unfinished) => void): Iterable<PlacedLine>;
  at(place: Pick<PlacedLine, "offset" | "length">): string;
  close(): void;
}
