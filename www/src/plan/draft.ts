/** A policy as the texts of a form, and as a section of a schema file. */
import type { Offer, Policy, ReasonGroup, Tier } from "tenure";

/** The texts of an object's keys. */
type Texts<T> = { [Key in keyof Required<T>]: string };
export type OfferTexts = Texts<Offer>;
export type TierTexts = Texts<Tier>;
export type GroupTexts = Texts<ReasonGroup>;

/** Shares are in percent, lists have commas. */
export interface Draft {
  value: string;
  contact_cost: string;
  holdout: { fraction: string; key: string };
  tiers: TierTexts[];
  reasons: GroupTexts[];
  offers: OfferTexts[];
}

export function draftOf({ value, contact_cost, holdout, tiers, reasons = [], offers = [] }: Policy): Draft {
  return {
    value: textOf(value),
    contact_cost: textOf(contact_cost),
    holdout: { fraction: holdout ? percentText(holdout.fraction) : "", key: holdout?.key ?? "" },
    tiers: tiers.map(({ name, label, from, action = "" }) => ({ name, label, from: percentText(from), action })),
    reasons: reasons.map(({ name, label = "", fields }) => ({ name, label, fields: fields.join(", ") })),
    offers: offers.map(({ name, label = "", cost, effect, eligible = "", answers = [], capacity, cooldown }) => ({
      name,
      label,
      cost: textOf(cost),
      effect: typeof effect === "object" ? `beta(${effect.alpha}, ${effect.beta})` : textOf(effect),
      eligible,
      answers: answers.join(", "),
      capacity: textOf(capacity),
      cooldown: textOf(cooldown),
    })),
  };
}

/**
 * The policy of a draft. A text that is no number stays a text: the core says what is wrong with it.
 * Tiers by profit, which the form does not have, are those of `own`.
 */
export function policyOf(draft: Draft, own: Policy): Policy {
  const { value, contact_cost, holdout, tiers, reasons, offers } = draft;
  const policy = {
    tiers: tiers.map(({ name, label, from, action }) => ({ name, label, from: share(from), ...given({ action }) })),
    ...(own.profit_tiers && { profit_tiers: own.profit_tiers }),
    ...given({ value: amount(value), contact_cost: amount(contact_cost) }),
    ...(holdout.fraction.trim() !== "" && {
      holdout: { fraction: share(holdout.fraction), ...given({ key: holdout.key }) },
    }),
    reasons: reasons.map(({ name, label, fields }) => ({ name, ...given({ label }), fields: list(fields) })),
    offers: offers.map(({ name, label, cost, effect, eligible, answers, capacity, cooldown }) => ({
      name,
      ...given({ label }),
      cost: amount(cost),
      effect: beta(effect) ?? amount(effect),
      ...given({ eligible: eligible.trim(), capacity: amount(capacity), cooldown: amount(cooldown) }),
      ...(list(answers).length > 0 && { answers: list(answers) }),
    })),
  };
  return policy as Policy;
}

function textOf(amount: number | string | undefined): string {
  return amount === undefined ? "" : String(amount);
}

/** 0.2 as "20", without the error of the multiplication. */
function percentText(share: number): string {
  return String(Number((100 * share).toPrecision(12)));
}

/** A number, or else the text: a formula. */
function amount(text: string): number | string {
  const trimmed = text.trim();
  return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

function share(text: string): number | string {
  const percent = amount(text);
  return typeof percent === "number" ? Number((percent / 100).toPrecision(12)) : percent;
}

/** `beta(6, 14)` as the parameters of the distribution. */
function beta(text: string): { alpha: number; beta: number } | undefined {
  const [, alpha, beta] = /^\s*beta\(\s*([\d.]+)\s*,\s*([\d.]+)\s*\)\s*$/.exec(text) ?? [];
  return alpha === undefined || beta === undefined ? undefined : { alpha: Number(alpha), beta: Number(beta) };
}

function list(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** The entries with a value. */
function given<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== "")) as Partial<T>;
}

/** The policy as `schema.toml` has it. */
export function toToml(policy: Policy): string {
  const { tiers, profit_tiers = [], holdout, reasons = [], offers = [], ...amounts } = policy;
  const sections = [
    section("[policy]", amounts),
    ...(holdout ? [section("[policy.holdout]", holdout)] : []),
    ...tiers.map((tier) => section("[[policy.tiers]]", tier)),
    ...profit_tiers.map((tier) => section("[[policy.profit_tiers]]", tier)),
    ...reasons.map((group) => section("[[policy.reasons]]", group)),
    ...offers.map((offer) => section("[[policy.offers]]", offer)),
  ];
  return sections.join("\n");
}

function section(head: string, entries: object): string {
  return [head, ...Object.entries(entries).map(([key, value]) => `${key} = ${toml(value)}`), ""].join("\n");
}

/** TOML writes numbers, texts and lists as JSON does. */
function toml(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, entry]) => `${key} = ${toml(entry)}`)
    .join(", ")} }`;
}
