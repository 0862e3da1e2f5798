/** Icons and the logo. */
import { html, type TemplateResult } from "lit";
import { ALERT, drawing } from "tenure/elements";

const paths = {
  close: "M5 5l10 10M15 5L5 15",
  previous: "M5 12.5l5-5 5 5",
  next: "M5 7.5l5 5 5-5",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4",
  download: "M10 3v9.5M6 9l4 4 4-4M4 17h12",
  upload: "M10 13.5V4M6 7.5l4-4 4 4M4 17h12",
  model: "M10 2.5l6.5 3.75v7.5L10 17.5l-6.5-3.75v-7.5zM3.5 6.25L10 10l6.5-3.75M10 10v7.5",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M16 4l-1.4 1.4M5.4 14.6L4 16",
  moon: "M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z",
  alert: ALERT,
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  reasons: "M4 4h12v9H9.5L6 16.5V13H4zM7 7h6M7 10h4",
  compare: "M3.5 4h5v12h-5zM11.5 4h5v12h-5z",
  drivers: "M3 4h9M3 8h14M3 12h6M3 16h11",
  drift: "M3 14c2.5 0 2.5-8 5-8s2.5 8 5 8M9 14c2 0 2-5 4-5s2 5 4 5",
  check: "M4 10.5l4 4 8-9",
  call: "M5 3h3l1.5 4-2 1.5a9 9 0 0 0 4 4l1.5-2 4 1.5v3a2 2 0 0 1-2 2A13 13 0 0 1 3 5a2 2 0 0 1 2-2z",
} as const;

export function icon(name: keyof typeof paths): TemplateResult {
  return drawing(paths[name]);
}

/** The logo: a ring with a gap, and a customer who might leave through it. */
export function logo(): TemplateResult {
  return html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M16 5.5A10.5 10.5 0 1 1 6.9 10.8" />
    <circle cx="10.2" cy="6.9" r="2.4" />
  </svg>`;
}
