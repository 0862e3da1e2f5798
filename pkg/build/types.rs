//! Prints TypeScript's types of the core, for `pkg/src/generated.ts`: `cargo xtask types`.

fn main() {
    print!("{}", tenure::wasm::typescript::declarations());
}
