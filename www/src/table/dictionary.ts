/**
 * A column as codes into its distinct texts: it is small to send, and a search looks at each
 * distinct text once.
 */

export interface Column {
  name: string;
  codes: Uint32Array;
  texts: string[];
}

/** Gives each distinct text of a column a code, in order of first appearance. */
export class Dictionary {
  readonly #codes = new Map<string, number>();
  #fresh: string[] = [];

  code(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#codes.size;
    this.#codes.set(text, code);
    this.#fresh.push(text);
    return code;
  }

  /** Texts added since the last call. */
  takeFresh(): string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}

/** Copies the blocks of a column into `whole`, one after the other. */
export function join<A extends Float32Array | Uint32Array | Uint8Array>(parts: A[], whole: A): A {
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
