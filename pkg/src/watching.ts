/** What a pool of `tenure/decide/pool` has beside that of `tenure/pool`: profiles. */

import type { Comparison, Profile } from "./generated.js";
import type { CompareOptions, ProfileOptions } from "./profile.js";
import type { ArtifactSource } from "./source.js";
import type { Extension, Pool, PoolOptions } from "./workers.js";

/** Options of {@link CreateDecidingPool}. */
export interface DecidingPoolOptions extends PoolOptions {
  /** Whether the workers count what they score, for `profile`. Default: false. */
  readonly profile?: boolean;
}

/** A pool whose workers can count what they score. */
export type DecidingPool<C = unknown> = Pool<C> & {
  /**
   * The profile of what all workers scored, see `profile` of a scorer. A worker that a signal ended takes
   * its counts with it.
   */
  profile(options?: ProfileOptions): Promise<Profile>;
  /** As `compare` of a scorer. */
  compare(profiles: Profile | string | readonly (Profile | string)[], options?: CompareOptions): Promise<Comparison>;
};

/** Starts a pool of workers, as `createPool` of `tenure/pool` does; its workers can count what they score. */
export type CreateDecidingPool = <C = unknown>(
  source: ArtifactSource,
  options?: DecidingPoolOptions,
) => Promise<DecidingPool<C>>;

/** @internal */
export const WATCHING: Extension = {
  options: ["profile"],
  methods: (workers) => ({
    async profile(options: ProfileOptions = {}) {
      const counts = (await workers.each("counts", [options])) as Float64Array[];
      // The counts of workers add up, where profiles would each leave small ones out.
      const sum = counts[0]!.map((_, at) => counts.reduce((sum, own) => sum + own[at]!, 0));
      return workers.call("profileOf", [sum, options]);
    },
    compare: (profiles: unknown, options: CompareOptions = {}) => workers.call("compare", [profiles, options]),
  }),
};
