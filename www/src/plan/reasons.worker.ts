/** Finds the reasons of offers with its own scorer. To cancel, the page ends the worker. */
import { load } from "tenure/decide";
import { recordsOf } from "../cohort/records";
import { errorMessage } from "../text/failure";
import type { AskReasons, OfferReason, ReasonsOfOffersReply } from "./messages";
import { withPolicy } from "./policy";

/** Customers between two replies. */
const BLOCK = 25;
const reply = (message: ReasonsOfOffersReply) => self.postMessage(message);

self.addEventListener("message", async ({ data }: MessageEvent<AskReasons>) => {
  const { model, policy, columns, offers, language } = data;
  try {
    const scorer = await load(
      withPolicy(model, policy),
      language === "de" ? { locale: (await import("tenure/german")).german } : {},
    );
    const record = recordsOf(columns);
    for (let start = 0; start < offers.length; start += BLOCK) {
      const reasons = offers.slice(start, start + BLOCK).map((offer, place): OfferReason | undefined => {
        const decision = scorer.decide(record(start + place));
        const made = decision.actions.find((action) => action.offer === offer);
        const reason = made?.reason ?? decision.reasons[0];
        if (!reason) return undefined;
        const { group, label, text, contribution } = reason;
        return { label: group === null || group === label ? label : `${group}, ${label}`, text, contribution };
      });
      reply({ kind: "block", reasons, share: Math.min(1, (start + BLOCK) / offers.length) });
    }
    reply({ kind: "done" });
  } catch (error) {
    reply({ kind: "failed", message: errorMessage(error) });
  }
});
