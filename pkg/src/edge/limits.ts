/** The limits of a handler, and what it must refuse. */

import { checkKind, checkNames } from "../error.js";

/** Limits of requests and answers. */
export interface Limits {
  /**
   * Most bytes of a body, after decompression. Default: 8,388,608, which 10,000 records of 800
   * bytes fit into.
   */
  readonly bytes: number;
  /** Most records of a body. Default: 10,000. */
  readonly records: number;
  /** Most lines of a stream. Default: 1,000,000. */
  readonly lines: number;
  /**
   * Most evaluations of the network in a request that explains, all records together. Default:
   * 4,194,304, which take less than a tenth of a second for a network of 32 units.
   */
  readonly budget: number;
  /** Most seconds until a body is complete, and until a model is loaded. Default: 30. */
  readonly seconds: number;
}

const DEFAULTS: Limits = { bytes: 8_388_608, records: 10_000, lines: 1_000_000, budget: 4_194_304, seconds: 30 };

/** Checks limits and adds the defaults. A limit that is no number would limit nothing. */
export function checkedLimits(given: Partial<Limits> = {}): Limits {
  checkNames(given, Object.keys(DEFAULTS));
  for (const [name, limit] of Object.entries(given)) {
    checkKind(`limits.${name}`, limit, Number.isSafeInteger(limit) && limit >= 0, "a whole number from 0");
  }
  return { ...DEFAULTS, ...Object.fromEntries(Object.entries(given).filter(([, limit]) => limit !== undefined)) };
}
