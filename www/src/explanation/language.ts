/** The languages of explanations. */
import type { Messages } from "tenure";
import { german } from "tenure/german";

export type Language = "en" | "de";

/** By `lang` attribute. English is built into the package and needs no messages. */
export const LANGUAGES: Readonly<Record<Language, { name: string; messages?: Messages }>> = {
  en: { name: "English" },
  de: { name: "Deutsch", messages: german },
};
