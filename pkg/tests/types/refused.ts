/** What must not compile: the compiler refuses a `@ts-expect-error` without an error. */

import { load, type Scorer } from "tenure";
import type { Scorer as Decider } from "tenure/decide";
import { createHandler } from "tenure/edge";
import "tenure/elements";
import { createPool, type Pool } from "tenure/pool";
import { Engine } from "../../wasm/tenure.js";
import type { Customer } from "./customer.js";

declare const scorer: Scorer;
declare const decider: Decider;

// @ts-expect-error a number is no source
void load(3);
// @ts-expect-error the option is called wasm
void load("/model.safetensors", { wasmUrl: "/tenure_bg.wasm" });
// @ts-expect-error loading takes time
load("/model.safetensors").score({ tenure: 1 });
// @ts-expect-error a text is no record
scorer.score("text");
// @ts-expect-error decisions need a scorer of tenure/decide
scorer.decide({ tenure: 1 });
// @ts-expect-error the scale of a decision is always the probability
decider.decide({ tenure: 1 }, { scale: "log-odds" });
// @ts-expect-error an offer has a number of places
decider.plan([], { capacity: { discount: "many" } });
// @ts-expect-error null is no record
scorer.score(null);
// @ts-expect-error a list is no record
scorer.score([1, 2, 3]);
// @ts-expect-error a map is no value
scorer.score({ tenure: new Map() });
// @ts-expect-error a list is no value
scorer.score({ tenure: [1] });
// @ts-expect-error a plain array is no typed row
scorer.scoreRow([1, 2, 3]);
// @ts-expect-error a typed array is neither columns nor records
scorer.scoreMany(new Float64Array(3));
// @ts-expect-error codes are whole numbers
scorer.scoreMany({ Contract: { codes: new Float64Array(3), categories: ["One year"] } });
// @ts-expect-error a dictionary has categories
scorer.scoreMany({ Contract: { codes: new Uint8Array(3) } });
// @ts-expect-error 64-bit integers are no codes
scorer.scoreMany({ Contract: { codes: new BigInt64Array(3), categories: ["One year"] } });
// @ts-expect-error the option is called problemLimit
scorer.scoreMany([{ tenure: 1 }], { limit: 3 });
// @ts-expect-error a value that breaks a rule has no cell
scorer.cell("tenure", "12").toFixed();
// @ts-expect-error a language is a table, not its name
void load("/model.safetensors", { locale: "german" });
// @ts-expect-error fields are a list
scorer.counterfactuals({ tenure: 1 }, { fields: "Contract" });
// @ts-expect-error the option is called count
scorer.counterfactuals({ tenure: 1 }, { answers: 3 });
// @ts-expect-error explanations of many come one block after the other
scorer.explainMany([{ tenure: 1 }]).length;
// @ts-expect-error importance takes time
void scorer.importance([{ tenure: 1 }]).fields;
// @ts-expect-error the option is called budget
scorer.explain({ tenure: 1 }, { evaluations: 1000 });
// @ts-expect-error interactions may be absent
void scorer.explain({ tenure: 1 }, { interactions: true }).interactions[0];
// @ts-expect-error a cohort has no interactions
scorer.explainMany([{ tenure: 1 }], { interactions: true });
// @ts-expect-error a seed is a number
scorer.explain({ tenure: 1 }, { seed: "1" });
// @ts-expect-error a device is cpu, webgpu or auto
void load("/model.safetensors", { device: "gpu" });
// @ts-expect-error results are not written to
scorer.score({ tenure: 1 }).probability = 0;
// @ts-expect-error the schema is not written to
scorer.schema.fields[0] = scorer.schema.fields[1]!;
// @ts-expect-error a field without a kind tells no categories
void scorer.schema.fields[0]!.categories;
// @ts-expect-error an entry of a list may be absent
void scorer.policy.tiers[0].label;
// @ts-expect-error scorers come from load
void new (scorer.constructor as typeof Scorer)(new Engine(new Uint8Array(8)), new WebAssembly.Memory({ initial: 1 }));
// @ts-expect-error a scorer is a promise or a scorer
createHandler({ scorer: "/model.safetensors" });
declare const pool: Pool;
// @ts-expect-error a pool answers later
void pool.score({ tenure: 1 }).probability;
// @ts-expect-error a text is no record
void pool.score("x");
// @ts-expect-error there is no such option
void pool.scoreMany([{ tenure: 1 }], { limit: 3 });
// @ts-expect-error a number of workers is no text
void createPool("/model.safetensors", { size: "2" });
declare const element: HTMLElementTagNameMap["tenure-what-if"];
// @ts-expect-error an input for these fields, or for all
element.fields = "some";
// @ts-expect-error a change has no explanation
element.addEventListener("tenure-change", ({ detail }) => void detail.explanation);
// @ts-expect-error a compiled module cannot be sent to the worker
element.options = { wasm: new WebAssembly.Module(new Uint8Array(8)) };

declare const customers: Scorer<Customer>;
declare const customer: Customer;
const { tenure, ...rest } = customer;
// @ts-expect-error a field is absent
customers.score(rest);
// @ts-expect-error the field is called tenure
customers.score({ ...rest, Tenure: tenure });
// @ts-expect-error the field is called tenure, also in a list
customers.scoreMany([{ ...rest, Tenure: tenure }]);
// @ts-expect-error a number is no text
customers.explain({ ...customer, tenure: "12" });
// @ts-expect-error a field is absent among the columns
customers.scoreMany({ tenure: new Float64Array(3) });
// @ts-expect-error there is no such field
customers.cell("Tenure", 12);
// @ts-expect-error absent is not missing
customers.score({ ...rest, tenure: undefined });
declare const customersPool: Pool<Customer>;
// @ts-expect-error the field is called tenure
void customersPool.score({ ...rest, Tenure: tenure });
