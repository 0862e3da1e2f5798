/** The types of .wasm imports, in edge runtimes and where `build/bundle.js` puts bytes inside. */

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*?base64" {
  const bytes: string;
  export default bytes;
}
