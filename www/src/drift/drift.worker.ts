/** Counts what a model sees in a table, and compares profiles with what it saw in training. */
import { type DictionaryColumn, load, TenureError } from "tenure/decide";
import { append } from "../table/dictionary";
import { errorMessage } from "../text/failure";
import type { AskDrift, Drift, DriftReply, DriftRequest } from "./messages";

const columns: Record<string, DictionaryColumn> = {};
const reply = (message: DriftReply) => self.postMessage(message);

self.addEventListener("message", ({ data }: MessageEvent<DriftRequest>) => {
  if (data.kind === "column") {
    const categories: string[] = [];
    append(data.texts, categories);
    columns[data.name] = { codes: data.codes, categories };
    return;
  }
  compared(data).then(
    (drift) => reply({ kind: "done", drift }),
    (error: unknown) => reply({ kind: "failed", message: told(error) }),
  );
});

async function compared({ model, profiles }: AskDrift): Promise<Drift> {
  const counts = profiles.length === 0;
  const scorer = await load(model, { profile: counts });
  if (counts) scorer.scoreMany(columns, { problemLimit: 0 });
  const profile = counts ? await scorer.profile() : undefined;
  return { comparison: await scorer.compare(profile ?? profiles), profile };
}

/** What is wrong, a line for each profile. */
function told(error: unknown): string {
  const problems = error instanceof TenureError ? error.problems : [];
  if (problems.length === 0) return errorMessage(error);
  return problems.map(({ field, message }) => `${field}: ${message}`).join("\n");
}
