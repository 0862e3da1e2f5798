/**
 * What is wrong with a policy, as the core says it. The core checks a policy when it loads a model, and
 * names every value of the wrong type, or else the first rule that is broken.
 */
import type { Policy } from "tenure";
import { load, TenureError } from "tenure/decide";
import { withPolicy } from "./policy";

export interface PolicyProblem {
  /** The key, such as `policy.offers[0].cost`; empty if the problem is not about one. */
  place: string;
  /** The rule, with the value that breaks it. */
  message: string;
}

/** The problems of a policy for this model; none for one that can be used. */
export async function policyProblems(model: Uint8Array, policy: Policy): Promise<PolicyProblem[]> {
  try {
    (await load(withPolicy(model, policy))).dispose();
    return [];
  } catch (error) {
    if (!(error instanceof TenureError)) throw error;
    const { message } = error;
    const told = message.replace(/^the document is not valid: /, "").split(/; (?=policy\b)/);
    return told.map((text) => {
      const [, place = "", rule = text] = /^(policy[\w.[\]]*): (.*)$/s.exec(text) ?? [];
      return { place, message: rule };
    });
  }
}
