/** Calls a handler as a client does. */

/** Calls a handler, and reads its answer: as JSON if it is any, else as text. */
export async function call(handler, path, { method, body, headers = {} } = {}) {
  const hasBody = body !== undefined;
  const isText = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  const request = new Request(`https://edge.example${path}`, {
    method: method ?? (hasBody ? "POST" : "GET"),
    headers: hasBody ? { "content-type": "application/json", ...headers } : headers,
    ...(hasBody ? { body: isText ? body : JSON.stringify(body), duplex: "half" } : {}),
  });
  const response = await handler(request);
  const text = await response.text();
  const isJson = /^application\/(problem\+)?json$/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

/** What JSON keeps of a value. */
export const asJson = (value) => JSON.parse(JSON.stringify(value));

/** A stream of these texts or bytes. An error breaks it off. */
export function streamOf(...parts) {
  const encoder = new TextEncoder();
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === parts.length) return controller.close();
      const part = parts[at++];
      if (part instanceof Error) return controller.error(part);
      controller.enqueue(typeof part === "string" ? encoder.encode(part) : part);
    },
  });
}
