/** The texts of the page in its language. */
import type { Language } from "tenure/elements";
import { english, type Texts } from "./english";
import type { Failure, FailureText } from "./failure";
import { german } from "./german";
import { language } from "./language";

export const TABLES: Readonly<Record<Language, Texts>> = { en: english, de: german };

export function texts(): Texts {
  return TABLES[language()];
}

export function failureText(failure: Failure): FailureText {
  const tell = texts().failures[failure.kind] as (failure: Failure) => FailureText;
  return tell(failure);
}
