/** The content security policy of the meta element, the preview server and `dist/_headers`. */
import type { Plugin } from "vite";

const directives = [
  "default-src 'none'",
  "connect-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];

/** Headers for every response of a server. `frame-ancestors` works in a header only. */
export const headers: Record<string, string> = {
  "Content-Security-Policy": [...directives, "frame-ancestors 'none'"].join("; "),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Cross-Origin-Opener-Policy": "same-origin",
};

/**
 * Writes the policy into the built page, so that it applies on any host, and into `_headers`, which
 * static hosts read. The development server has no policy, because its reloading needs inline code.
 */
export function contentSecurityPolicy(): Plugin {
  return {
    name: "tenure-content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: directives.join("; ") },
        injectTo: "head-prepend",
      },
    ],
    generateBundle() {
      const lines = Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
      this.emitFile({ type: "asset", fileName: "_headers", source: ["/*", ...lines, ""].join("\n") });
    },
  };
}
