/**
 * Registers an element, unless the page has one of that name: two copies of the package, or a
 * module that is evaluated twice, must not throw.
 */
export function define(name: string, element: CustomElementConstructor): void {
  const registry = globalThis.customElements;
  if (registry !== undefined && registry.get(name) === undefined) registry.define(name, element);
}
