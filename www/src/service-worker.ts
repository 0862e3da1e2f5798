/**
 * Keeps the whole page, the wasm and the demo on the device, so that it opens without a network after the first visit.
 * One cache per build: it is filled before the worker may start and never changed; older ones go when it takes over.
 */
declare const KEPT_FILES: { revision: string; files: string[] };

const worker = self as unknown as ServiceWorkerGlobalScope;
const kept = KEPT_FILES;
const PREFIX = "tenure-page-";
const CACHE = PREFIX + kept.revision;
const scope = new URL(worker.registration.scope);

worker.addEventListener("install", (event) => event.waitUntil(keep()));

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOlder().then(() => worker.clients.claim()));
});

worker.addEventListener("message", (event) => {
  // The page asks for this when the person agrees to the new version.
  if (event.data === "take-over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== scope.origin) return;
  event.respondWith(answer(event.request, url));
});

/** All files or none: `addAll` rejects as a whole, and the browser tries again at the next visit. */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  const requests = kept.files.map((file) => {
    // A host may answer `index.html` with a redirect, which no navigation accepts; the folder itself is safe.
    const url = new URL(file === "index.html" ? "./" : file, scope);
    // Files under assets/ carry their hash in the name; all others must come fresh from the server.
    return new Request(url, { cache: file.startsWith("assets/") ? "default" : "reload" });
  });
  await cache.addAll(requests);
}

async function dropOlder(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  );
}

async function answer(request: Request, url: URL): Promise<Response> {
  const cache = await caches.open(CACHE);
  const isPage = request.mode === "navigate" && [scope.pathname, `${scope.pathname}index.html`].includes(url.pathname);
  // Some hosts send `Vary: Origin`, which a module script and the request that filled the cache do not share; the files
  // are the same for everyone.
  const cached = await cache.match(isPage ? scope.href : request, { ignoreSearch: isPage, ignoreVary: true });
  return cached ?? fetch(request);
}
