/**
 * A module that only multiplies and adds f32 vectors: the most that one thread can do with simd128.
 */

import { createRequire } from "node:module";

/**
 * Independent sums: enough to hide the latency of a multiplication and an addition on two ports.
 */
const SUMS = 12;

/** The module's bytes: `run(rounds, factor)`, and `multiply_adds` of one round. */
export function limitModule() {
  // The package's build has installed binaryen.
  const require = createRequire(new URL("../../../package.json", import.meta.url));
  return import(require.resolve("binaryen")).then(({ default: binaryen }) => {
    const names = Array.from({ length: SUMS }, (_, index) => `$sum${index}`);
    const steps = names.map(
      (name) =>
        `(local.set ${name} (f32x4.add (f32x4.mul (local.get ${name}) (local.get $factors)) (local.get $factors)))`,
    );
    const total = names.map((name) => `(local.get ${name})`).reduce((sum, one) => `(f32x4.add ${sum} ${one})`);
    const text = `(module
      (global (export "multiply_adds") i32 (i32.const ${4 * SUMS}))
      (func (export "run") (param $rounds i32) (param $factor f32) (result f32)
        (local $factors v128) ${names.map((name) => `(local ${name} v128)`).join(" ")}
        (local.set $factors (f32x4.splat (local.get $factor)))
        (loop $again
          ${steps.join("\n          ")}
          (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
          (br_if $again (local.get $rounds)))
        (f32x4.extract_lane 0 ${total})))`;
    const module = binaryen.parseText(text);
    module.setFeatures(binaryen.Features.SIMD128 | binaryen.Features.MutableGlobals);
    if (!module.validate()) throw new Error("the kernel of the machine's limit is not valid");
    return module.emitBinary();
  });
}
