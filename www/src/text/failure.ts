/** Why something could not be done, in words for the page. */

/** Why a chosen file could not be used, and what would make it usable. It survives structured cloning. */
export interface FileFailure {
  title: string;
  detail: string;
  /** Fields that a table lacks, with the names of columns that could be meant. */
  missing: { field: string; label: string; nearest: string[] }[];
}

/** A file that cannot be used; `failure` is what the page shows. */
export class UnusableFile extends Error {
  readonly failure: FileFailure;

  constructor(title: string, detail: string, missing: FileFailure["missing"] = []) {
    super(title);
    this.failure = { title, detail, missing };
  }
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
