/** The language of the page: the one that the reader chose, or else the browser's. */
import { type Language, spoken } from "tenure/elements";

const KEY = "tenure-language";

let current = remembered() ?? ofBrowser();
const followers = new Set<() => void>();

export function language(): Language {
  return current;
}

/** Changes the language of the whole page, and remembers it. */
export function speak(chosen: Language): void {
  current = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // The browser does not allow storage: the choice lasts until the page is closed.
  }
  for (const follower of followers) follower();
}

/** Calls `onChange` after each change of the language. Returns the function that ends this. */
export function followLanguage(onChange: () => void): () => void {
  followers.add(onChange);
  return () => followers.delete(onChange);
}

function remembered(): Language | undefined {
  try {
    return spoken(localStorage.getItem(KEY));
  } catch {
    return undefined;
  }
}

function ofBrowser(): Language {
  const tags = globalThis.navigator?.languages ?? [];
  return tags.map(spoken).find((language) => language !== undefined) ?? "en";
}
