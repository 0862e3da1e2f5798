/**
 * What the page shows, as the fragment of its address, so that back, reload and links work. Customers
 * are named by their line or row in the file. A browser sends no fragment to a server.
 */

export type Place =
  | { view: "start" }
  | { view: "table" }
  | { view: "customer"; line: number }
  | { view: "compare"; lines: readonly [number, number] }
  | { view: "findings"; field?: string | undefined }
  | { view: "drivers" }
  | { view: "plan" }
  | { view: "policy" }
  | { view: "drift" };

export function fragmentOf(place: Place): string {
  switch (place.view) {
    case "start":
      return "";
    case "customer":
      return `#customer=${place.line}`;
    case "compare":
      return `#compare=${place.lines.join(",")}`;
    case "findings":
      return place.field === undefined ? "#findings" : `#findings=${encodeURIComponent(place.field)}`;
    default:
      return `#${place.view}`;
  }
}

/** The place of a fragment; the start for one that names none. */
export function placeOf(fragment: string): Place {
  const [view = "", value] = fragment.replace(/^#/, "").split("=", 2);
  const lines = (value ?? "").split(",").map(Number);
  const areLines = lines.every((line) => Number.isInteger(line) && line > 0);
  if (view === "table" || view === "drivers" || view === "plan" || view === "policy" || view === "drift")
    return { view };
  if (view === "findings") return { view, field: value === undefined ? undefined : decoded(value) };
  if (view === "customer" && areLines && lines.length === 1) return { view, line: lines[0]! };
  if (view === "compare" && areLines && lines.length === 2) return { view, lines: [lines[0]!, lines[1]!] };
  return { view: "start" };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
