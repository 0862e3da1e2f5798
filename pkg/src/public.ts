/** The exports of every platform's entry, except `load`. */

export type { AnyBlockScorer, AnyScorer } from "./any-scorer.js";
export type {
  Counterfactual,
  CounterfactualOptions,
  Counterfactuals,
  FieldChange,
  NoCounterfactual,
} from "./counterfactuals.js";
export type { DecideOptions, Decision, OfferAction, Reason, RefusedOffer } from "./decision.js";
export type { DeviceChoice, DeviceReport, GpuFiles, WorkedOn } from "./device.js";
export type {
  Card,
  CategoryField,
  Change,
  CombinationRule,
  DateField,
  DerivedFeature,
  Field,
  FlagField,
  Holdout,
  Interval,
  Intervals,
  Metrics,
  NumberField,
  Offer,
  Policy,
  ReasonGroup,
  Schema,
  Tier,
} from "./document.js";
export type { Dependence, FieldImportance, Importance, ImportanceOptions } from "./importance.js";
export type { WasmSource } from "./instance.js";
export type { Load } from "./load.js";
export type { LoadOptions, ModelLimits } from "./load-options.js";
export type { Messages, UnitMessages } from "./locale.js";
export type { Scorer } from "./scorer.js";
export type { ArtifactSource } from "./source.js";
export { type ErrorCode, isError, type Problem, type Rule, TenureError } from "./tenure-error.js";
export type {
  ArrowTable,
  ArrowVector,
  BlockScorer,
  BlockScores,
  Column,
  Columns,
  ColumnsFor,
  Contribution,
  CustomerRecord,
  DictionaryColumn,
  ExplainedBlock,
  ExplainManyOptions,
  ExplainOptions,
  Explanation,
  FieldNameFor,
  FieldValue,
  Interaction,
  ModelIdentity,
  NumberArray,
  RecordFor,
  RecordOf,
  RowProblem,
  Score,
  ScoreManyAsyncOptions,
  ScoreManyOptions,
  Scores,
  Shift,
  TableFindings,
  ValueSummary,
} from "./types.js";
