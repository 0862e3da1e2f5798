/** The description of the routes as a page: plain HTML, without scripts or other files. */

/** A value of JSON with keys. */
export type Json = { readonly [key: string]: unknown };

/** A description by OpenAPI. */
export interface Document extends Json {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Json>>;
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
h2 code { font-size: 1.1rem; } section { border-top: 1px solid #8886; }
table { border-collapse: collapse; } td, th { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; }
pre { overflow: auto; max-height: 24rem; padding: .5rem; border: 1px solid #8886; } summary { cursor: pointer; }`;

/** Draws the page. */
export function page({ info, paths, components }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method, path, operation as Json)),
  );
  const { schemas = {} } = (components ?? {}) as { schemas?: Json };
  const own = Object.entries(schemas).map(
    ([name, schema]) => `<h3 id="${escaped(name)}">${escaped(name)}</h3>${code(schema)}`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(info.title)}</title>
<style>${STYLE}</style>
<h1>${escaped(info.title)}</h1>
<p>Version ${escaped(info.version)}. ${escaped(info.description)}</p>
${operations.join("\n")}
<section>
<h2>Schemas</h2>
${own.join("\n")}
</section>
</html>
`;
}

function section(method: string, path: string, operation: Json): string {
  const {
    summary,
    parameters = [],
    requestBody,
    responses,
  } = operation as {
    summary: string;
    parameters?: readonly { name: string; in: string; description?: string }[];
    requestBody?: { content: Json };
    responses: Readonly<Record<string, { description: string; content?: Json }>>;
  };
  const rows = parameters.map((one) => [one.name, one.in, one.description ?? ""]);
  const statuses = Object.entries(responses).map(([status, { description }]) => [status, description]);
  return `<section>
<h2><code>${method.toUpperCase()} ${escaped(path)}</code></h2>
<p>${escaped(summary)}.</p>
${rows.length === 0 ? "" : table(["parameter", "in", "what it is"], rows)}
${requestBody === undefined ? "" : `<details><summary>Body</summary>${code(requestBody.content)}</details>`}
<details><summary>Answer</summary>${code(responses["200"]?.content ?? {})}${table(["status", "what it is"], statuses)}</details>
</section>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>${line(head, "th")}${rows.map((cells) => line(cells, "td")).join("")}</table>`;
}

const code = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter]!);
