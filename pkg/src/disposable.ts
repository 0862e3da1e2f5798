/** Makes objects disposable, where the runtime knows `using` declarations. */

/** Gives an object with the method `dispose` the method that `using` calls. */
export function makeDisposable(object: { dispose(): void }): void {
  if (Symbol.dispose === undefined) return;
  Object.defineProperty(object, Symbol.dispose, {
    value(this: { dispose(): void }) {
      this.dispose();
    },
  });
}
