/**
 * The texts of the elements, in each language. Sentences about a customer's fields are not here:
 * they come from the core's tables (`tenure/german`).
 */

import type { Language } from "./language.js";
import { german } from "./words-de.js";
import { english } from "./words-en.js";
import type { Plural, Words } from "./words-type.js";

export type { Words } from "./words-type.js";

const TABLES: Readonly<Record<Language, Words>> = { en: english, de: german };

export function wordsOf(language: Language): Words {
  return TABLES[language];
}

/** Puts values in the place of their names in braces. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (name, key: string) => values[key] ?? name);
}

/** A text with a number, which decides its form. English and German have the same two forms. */
export function counted(plural: Plural, count: number, text = String(count)): string {
  return fill(count === 1 ? plural.one : plural.other, { count: text });
}
