/**
 * A column as codes into its distinct texts: it is small to send, and a search looks at each
 * distinct text once.
 */

export interface Column {
  name: string;
  codes: Uint32Array;
  texts: string[];
}

/** Texts side by side, and where each ends. */
export interface JoinedTexts {
  text: string;
  ends: Uint32Array;
}

/** The texts side by side. A worker gets one long text much sooner than many short ones. */
export function joined(texts: readonly string[]): JoinedTexts {
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (let code = 0; code < texts.length; code++) {
    end += texts[code]!.length;
    ends[code] = end;
  }
  return { text: texts.join(""), ends };
}

/** Appends the texts to a list. */
export function append({ text, ends }: JoinedTexts, list: string[]): void {
  let start = 0;
  for (const end of ends) {
    list.push(text.slice(start, end));
    start = end;
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
