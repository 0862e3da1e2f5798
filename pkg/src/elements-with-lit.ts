/** `tenure/elements-with-lit`: the elements with `lit` inside, for pages without a bundler. */

export * from "./elements.js";
