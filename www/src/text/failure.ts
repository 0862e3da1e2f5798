/** Failures as data. Workers send them to the page, which tells them in its language. */
/** A field that the table has no column for, and the columns of similar names, the closest first. */
export interface Missing {
  field: string;
  label: string;
  nearest: string[];
}

/** The values of each failure. `message` is the core's or the reader's, in English. */
export interface Failures {
  /** The first line has values. */
  noHeader: { name: string; first: string };
  oneColumn: { name: string; first: string };
  /** Some of the `needed` columns are missing; `columns` are those that no field has. */
  columns: { name: string; needed: number; missing: Missing[]; columns: string[] };
  tooLarge: { name: string; bytes: number; most: number };
  /** The reader refuses the file. */
  refused: { name: string; rule: string; message: string };
  notScored: { name: string; message: string };
  noWorker: { name: string };
  modelTooLarge: { name: string; bytes: number; most: number };
  modelUnusable: { name: string; message: string };
  /** The browser cannot run the core. */
  cannotRun: { message: string };
  demoUnreachable: { message: string };
  noDemo: { path: string; status: number };
  /** The browser does not store the table. */
  notKept: { message: string };
  unexpected: { message: string };
}

export type Failure = { [K in keyof Failures]: { kind: K } & Failures[K] }[keyof Failures];

/** What a person reads of a failure. `message` is in English in every language. */
export interface FailureText {
  title: string;
  detail?: string;
  message?: string;
}

export type FailureTexts = { readonly [K in keyof Failures]: (values: Failures[K]) => FailureText };

/** Thrown for a file that cannot be used. The page shows `failure`. */
export class UnusableFile extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A message of the core with names in quotes, as a page writes them: `Contract` is “Contract”. */
export function withQuotes(message: string): string {
  return message.replace(/`([^`]*)`/g, "“$1”");
}

/** A message of the core as a sentence: it begins with a capital letter and ends with a full stop. */
export function sentence(message: string): string {
  const text = withQuotes(message.charAt(0).toUpperCase() + message.slice(1));
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
