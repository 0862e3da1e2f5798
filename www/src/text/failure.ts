/** Failures as the page shows them. */

/** Why a file cannot be used, and what to do about it. Workers send it to the page. */
export interface FileFailure {
  title: string;
  detail: string;
  /** Fields that the table has no column for, each with the names of similar columns. */
  missing: { field: string; label: string; nearest: string[] }[];
}

/** Thrown for a file that cannot be used. The page shows `failure`. */
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

/** A message of the core as a sentence: it begins with a capital letter and ends with a full stop. */
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
