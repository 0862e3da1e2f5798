/** Messages between the page and the worker of drift. */
import type { Comparison, Profile } from "tenure/decide";
import type { JoinedTexts } from "../table/dictionary";

/** A field of the rows to count. */
export interface CountColumn {
  kind: "column";
  name: string;
  codes: Uint32Array;
  texts: JoinedTexts;
}

/** Compare the sum of profiles, or the columns that were sent where there is none. */
export interface AskDrift {
  kind: "compare";
  model: Uint8Array;
  profiles: readonly string[];
}

export type DriftRequest = CountColumn | AskDrift;

/** What moved. */
export interface Drift {
  comparison: Comparison;
  /** The profile of the columns; nothing where profiles were given. */
  profile: Profile | undefined;
}

export type DriftReply = { kind: "done"; drift: Drift } | { kind: "failed"; message: string };
