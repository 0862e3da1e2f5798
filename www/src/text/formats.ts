/** The formats of the package's elements, in the notation of the reader's locale. Not for workers. */
import { formats } from "tenure/elements";

export const {
  percent: formatPercent,
  wholePercent: formatWholePercent,
  fixed: formatFixed,
  tick: formatTick,
  seconds: formatSeconds,
} = formats();
