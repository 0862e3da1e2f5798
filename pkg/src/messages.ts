/** What a pool and a worker say to each other, one request and one reply at a time. */

import type { Card, Policy, Schema } from "./document.js";
import type { LoadOptions } from "./load.js";
import type { Problem } from "./tenure-error.js";

export type Request =
  /** Load the artifact. The module is compiled by the worker; engines are about to refuse modules in messages. */
  | { readonly kind: "start"; readonly artifact: Uint8Array; readonly options: LoadOptions }
  /** Call a method of the scorer; the reply is its result, or `stream` where it gives one. */
  | { readonly kind: "call"; readonly name: string; readonly parameters: readonly unknown[] }
  /** The next item of the stream. */
  | { readonly kind: "next" }
  /** No more items of the stream are wanted. */
  | { readonly kind: "stop" };

export type Reply =
  | { readonly kind: "started"; readonly schema: Schema; readonly card: Card; readonly policy: Policy }
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "stream" }
  | { readonly kind: "item"; readonly done: boolean; readonly value: unknown }
  | { readonly kind: "error"; readonly error: Failure };

/** An error as it is sent; one without a code was not thrown on purpose, and the worker is not used again. */
export interface Failure {
  readonly message: string;
  readonly code?: string;
  readonly problems: readonly Problem[];
}
