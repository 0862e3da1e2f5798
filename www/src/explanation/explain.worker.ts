/** Explains one customer at a time, off the page's thread and with its own scorer. */
import { load, type Scorer, TenureError } from "tenure";
import { errorMessage } from "../text/failure";
import { LANGUAGES } from "./language";
import type { ExplainReply, ExplainRequest } from "./messages";

let scorer: Promise<Scorer> | undefined;

const reply = (message: ExplainReply) => self.postMessage(message);

self.addEventListener("message", async ({ data }: MessageEvent<ExplainRequest>) => {
  try {
    if (data.kind === "model") {
      const { messages } = LANGUAGES[data.language];
      const before = await scorer;
      scorer = load(data.model, messages ? { locale: messages } : {});
      await scorer;
      before?.dispose();
      return reply({ kind: "ready" });
    }
    const ready = await scorer!;
    const started = performance.now();
    if (data.kind === "advise") {
      const counterfactuals = ready.counterfactuals(data.record);
      return reply({ kind: "advised", counterfactuals, milliseconds: performance.now() - started });
    }
    const explanation = ready.explain(data.record, { interactions: data.kind === "interact" });
    reply({ kind: "explained", explanation, milliseconds: performance.now() - started });
  } catch (error) {
    const problems = error instanceof TenureError ? error.problems : [];
    reply({ kind: "refused", message: errorMessage(error), problems });
  }
});
