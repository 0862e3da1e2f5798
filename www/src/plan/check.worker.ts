/** Checks policies for a model. */
import { errorMessage } from "../text/failure";
import { policyProblems } from "./check";
import type { AskCheck, CheckReply } from "./messages";

self.addEventListener("message", ({ data: { model, policy } }: MessageEvent<AskCheck>) => {
  policyProblems(model, policy)
    .catch((error: unknown) => [{ place: "", message: errorMessage(error) }])
    .then((problems: CheckReply) => self.postMessage(problems));
});
