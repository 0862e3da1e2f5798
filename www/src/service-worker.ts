/**
 * Keeps the page, its wasm and the demo on the device, so that the page opens without a network
 * after the first visit. Each build has one cache. It is filled before the worker starts, and never
 * changed. When a worker takes over, it deletes the older caches.
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
  // The page sends this when the person accepts the new version.
  if (event.data === "take-over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== scope.origin) return;
  event.respondWith(answer(event.request, url));
});

/**
 * Stores all files or none: if one fails, `addAll` rejects, and the browser tries again on the next
 * visit.
 */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  const requests = kept.files.map((file) => {
    // Some hosts redirect `index.html`, and a navigation does not accept a redirected answer. The
    // folder is safe.
    const url = new URL(file === "index.html" ? "./" : file, scope);
    // Files under assets/ have their hash in their name. All others must come fresh from the
    // server.
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
  // Some hosts send `Vary: Origin`. A module script has another origin header than the request that
  // filled the cache, but the files are the same for everyone.
  const cached = await cache.match(isPage ? scope.href : request, { ignoreSearch: isPage, ignoreVary: true });
  return cached ?? fetch(request);
}
