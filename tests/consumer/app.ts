/** A TypeScript user's file: compiled against the installed package. */

import { type Explanation, load, TenureError } from "tenure";
import { createHandler } from "tenure/edge";

interface Customer {
  tenure: number;
  Contract: string | null;
}

export async function why(customer: Customer): Promise<Explanation | string> {
  const scorer = await load("model.safetensors");
  try {
    const probabilities: Float32Array = scorer.scoreMany([customer]).probability;
    return probabilities[0] === scorer.score(customer).probability ? "equal" : scorer.explain(customer);
  } catch (error) {
    return error instanceof TenureError ? error.code : "unknown";
  } finally {
    scorer.dispose();
  }
}

export default { fetch: createHandler({ artifact: "model.safetensors" }) };
