/** Registers the service worker and reports when a newer version of the page is ready. */

/** Once a newer version is ready, calls `onUpdate` with the function that switches to it. */
export async function keepOffline(onUpdate: (apply: () => void) => void): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(new URL("sw.js", document.baseURI), {
    updateViaCache: "none",
  });

  const offer = (waiting: ServiceWorker) => {
    onUpdate(() => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      waiting.postMessage("take-over");
    });
  };
  // On the first visit there is no controller and so nothing to update.
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const installing = registration.installing;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed" && navigator.serviceWorker.controller) offer(installing);
    });
  });
}
