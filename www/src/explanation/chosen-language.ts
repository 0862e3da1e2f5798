/** The language that the reader chose, or else the browser's. */
import { LANGUAGES, type Language } from "./language";

const KEY = "tenure-language";

const isLanguage = (text: string | null | undefined): text is Language =>
  text != null && Object.hasOwn(LANGUAGES, text);

export function chosenLanguage(): Language {
  try {
    const chosen = localStorage.getItem(KEY);
    if (isLanguage(chosen)) return chosen;
  } catch {
    // The browser does not allow storage: its own language applies.
  }
  return navigator.languages.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en";
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The browser does not allow storage: the choice lasts until the page is closed.
  }
}
