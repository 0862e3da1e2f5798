/** The language that the reader chose, or else the browser's. */
import { type Language, spoken } from "tenure/elements";

const KEY = "tenure-language";

export function chosenLanguage(): Language {
  try {
    const chosen = spoken(localStorage.getItem(KEY));
    if (chosen) return chosen;
  } catch {
    // The browser does not allow storage: its own language applies.
  }
  return navigator.languages.map(spoken).find((language) => language !== undefined) ?? "en";
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The browser does not allow storage: the choice lasts until the page is closed.
  }
}
