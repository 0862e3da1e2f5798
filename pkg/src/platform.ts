/** Types of the platform that TypeScript's libraries may not declare. */

/**
 * The class of the platform with this name, or `Otherwise` if no library declares it: without `DOM`
 * and without Node's types a program still compiles.
 */
export type Platform<Name extends string, Otherwise = object> =
  typeof globalThis extends Record<Name, { prototype: infer Class }> ? Class : Otherwise;
