/** What happened, for logs, audits and metrics. No event has a value of a record. */

/** A model as answers, events and metrics name it. */
export interface ModelName {
  /** Its name, such as "IBM Telco". */
  readonly name: string;
  /** Its version: what the rollout calls it, or the first 12 digits of its SHA-256. */
  readonly version: string;
  /** The SHA-256 of its file, in hexadecimal. */
  readonly sha256: string;
}

/** A request was answered: the line of an audit. */
export interface RequestEvent {
  /** Says which event it is. */
  readonly kind: "request";
  /** The path of the route, such as `/v1/score`, or `other` if there is none. */
  readonly route: string;
  /** The method of the request. */
  readonly method: string;
  /** The status of the answer. */
  readonly status: number;
  /** The code of the error, if the answer is one. */
  readonly code?: string;
  /** Seconds from the request to the end of the answer. */
  readonly seconds: number;
  /** The id of the key or token, if `authorize` returned one. */
  readonly caller?: string;
  /** The model that answered, if one did. */
  readonly model?: ModelName;
  /** Number of records that were scored. */
  readonly scored: number;
  /** Number of records with errors, which have no score. */
  readonly refused: number;
  /** Number of scores by the name of their tier. */
  readonly tiers: Readonly<Record<string, number>>;
  /** The error behind a status of 500 or more. */
  readonly cause?: unknown;
}

/** A model began to serve, left, or could not be read. */
export interface ModelEvent {
  /** Says which event it is. */
  readonly kind: "model";
  /** What happened to it. */
  readonly change: "loaded" | "removed" | "refused";
  /** Its name. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** Why it was refused. */
  readonly cause?: unknown;
}

/** Another model scored the records of a request too; its scores were only compared. */
export interface ShadowEvent {
  /** Says which event it is. */
  readonly kind: "shadow";
  /** The model that answered. */
  readonly model: ModelName;
  /** The model that was compared with it. */
  readonly shadow: ModelName;
  /** Number of records that both scored. */
  readonly rows: number;
  /** Mean of the shadow's probability less that of the answer. */
  readonly meanDifference: number;
  /** Largest size of such a difference. */
  readonly largestDifference: number;
  /** Number of records that the shadow puts into another tier. */
  readonly tierChanges: number;
  /** Number of records that only the answer's model scored. */
  readonly failed: number;
}

/** What `onEvent` gets. */
export type HandlerEvent = RequestEvent | ModelEvent | ShadowEvent;
