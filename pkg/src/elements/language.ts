/** The languages of the elements, and which of them an element speaks. */

import type { Messages } from "tenure";

/** A language that the elements speak. */
export type Language = "en" | "de";

/**
 * The core's messages by language. English is built into the core. German is downloaded when an
 * element speaks it.
 */
export const MESSAGES: Readonly<Record<Language, (() => Promise<Messages>) | undefined>> = {
  en: undefined,
  de: async () => (await import("../german.js")).german,
};

/** The languages by name, as each calls itself. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

/** The language of a tag such as `de-AT`; undefined for one that the elements do not speak. */
export function spoken(tag: string | null | undefined): Language | undefined {
  const language = tag?.split("-")[0]?.toLowerCase();
  return language !== undefined && Object.hasOwn(LANGUAGES, language) ? (language as Language) : undefined;
}

/** The `lang` of the nearest element around this one, also outside of its shadow trees. */
export function inheritedLanguage(element: Element): string | undefined {
  for (let at: Element | null = element; at !== null; ) {
    const lang = at.getAttribute("lang");
    if (lang !== null) return lang;
    const root: Node = at.getRootNode();
    at = at.assignedSlot ?? at.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return undefined;
}

/** The reader's locale of a language, such as `de-AT`: it decides how numbers are written. */
export function localeOf(language: Language): string {
  return globalThis.navigator?.languages?.find((tag) => spoken(tag) === language) ?? language;
}
