/** Finds the reasons of offers. */
import { load } from "tenure/decide";
import { recordsOf } from "../cohort/records";
import type { AskReasons, OfferReason } from "./messages";

/** Customers of a block. */
const BLOCK = 25;

/** The reasons, block by block. */
export async function* offerReasons({ model, policy, columns, offers, language }: AskReasons) {
  const options = language === "de" ? { locale: (await import("tenure/german")).german } : {};
  const scorer = await load(model, options);
  scorer.usePolicy(policy);
  const record = recordsOf(columns);
  for (let start = 0; start < offers.length; start += BLOCK) {
    yield offers.slice(start, start + BLOCK).map((offer, place): OfferReason | undefined => {
      const { actions, reasons } = scorer.decide(record(start + place), { reasons: scorer.schema.fields.length });
      const answered = actions.find((action) => action.offer === offer)?.reason;
      // That of a group has what all of its fields add. The customer's own reasons are those of fields.
      const reason = answered ? reasons.find(({ field }) => field === answered.field) : reasons[0];
      if (!reason) return undefined;
      const { group, label, text, contribution } = reason;
      return { label: group === null || group === label ? label : `${group}, ${label}`, text, contribution };
    });
  }
}
