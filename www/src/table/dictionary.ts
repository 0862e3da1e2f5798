/** A column as codes into its distinct texts: small to send, and searched and sorted by text once each. */

export interface Column {
  name: string;
  codes: Uint32Array;
  texts: string[];
}

/** Gives each distinct text of a column its code, in order of appearance. */
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

  /** Texts that came since the last call. */
  takeFresh(): string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}

/** Fills `whole` with the blocks of one column, one after the other. */
export function join<A extends Float32Array | Uint32Array | Uint8Array>(parts: A[], whole: A): A {
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
