/** The languages of the sentences and values that explain a customer. */
import type { Messages } from "tenure";
import { german } from "tenure/german";

export type Language = "en" | "de";

/** By what `lang` says; English is the package's own. */
export const LANGUAGES: Readonly<Record<Language, { name: string; messages?: Messages }>> = {
  en: { name: "English" },
  de: { name: "Deutsch", messages: german },
};
