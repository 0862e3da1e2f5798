/** Starts the page and keeps it available offline. */
import "./components/tenure-app";
import { keepOffline } from "./offline";

const app = document.querySelector("tenure-app")!;
keepOffline((apply) => app.offerUpdate(apply)).catch((error: unknown) => {
  // Private windows and some company policies refuse service workers. The page then works online
  // only.
  console.info("Not kept for offline use:", error);
});

declare global {
  interface HTMLElementTagNameMap {
    "tenure-app": import("./components/tenure-app").TenureApp;
  }
}
