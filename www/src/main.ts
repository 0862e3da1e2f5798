/** Starts the page and keeps it on the device. */
import "./components/tenure-app";
import { keepOffline } from "./offline";

const app = document.querySelector("tenure-app")!;
keepOffline((apply) => app.offerUpdate(apply)).catch((error: unknown) => {
  // Private windows and some company policies refuse service workers; the page works without, while online.
  console.info("Not kept for offline use:", error);
});

declare global {
  interface HTMLElementTagNameMap {
    "tenure-app": import("./components/tenure-app").TenureApp;
  }
}
