/** Explains many customers with its own scorer. To cancel, the page ends the worker. */
import { load } from "tenure/decide";
import { gpu } from "tenure/gpu";
import { errorMessage } from "../text/failure";
import type { Driver, DriversReply, DriversRequest } from "./messages";

const reply = (message: DriversReply) => self.postMessage(message);

self.addEventListener("message", async ({ data: { model, columns, limit, device } }: MessageEvent<DriversRequest>) => {
  try {
    const scorer = await load(model, { device, gpu });
    const started = performance.now();
    const importance = await scorer.importance(columns, {
      rows: limit,
      onProgress: ({ done, total }) => reply({ kind: "progress", share: done / total }),
    });
    const drivers = importance.fields.map(({ field, meanAbsolute }): Driver => {
      const { value, contribution, categories, color } = importance.dependence(field);
      return {
        field: scorer.schema.fields.find(({ name }) => name === field)!,
        mean: meanAbsolute,
        contributions: contribution,
        values: value,
        categories: categories && [...categories],
        hasOther: categories !== undefined && value.includes(categories.length),
        color: color && { label: color.label, values: color.value },
      };
    });
    reply({
      kind: "done",
      drivers: {
        drivers,
        rows: importance.rows.length,
        of: importance.totalRows,
        standardError: importance.standardError,
        workedOn: await scorer.device(),
        seconds: (performance.now() - started) / 1000,
      },
    });
  } catch (error) {
    reply({ kind: "failed", message: errorMessage(error) });
  }
});
