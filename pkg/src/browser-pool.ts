/** What a pool needs of a browser. `pool.ts` and `decide-pool.ts` name the files. */

import type { Reply } from "./messages.js";
import type { Spawn } from "./thread.js";
import type { PoolPlatform, WorkerSource } from "./workers.js";

/** The part of Trusted Types that is used here. */
interface ScriptPolicy {
  createScriptURL(address: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}

const HELP =
  ". If a bundler did not copy it, pass options.worker: the address of tenure/worker, or a function that makes the Worker";
const base = (): string | undefined => globalThis.location?.href;
let policy: ScriptPolicy | undefined;

/**
 * Marks an address as one of a script, which pages with `require-trusted-types-for 'script'` demand.
 * Where the page does not allow the policy, the address stays as it is, and the browser decides.
 */
function trusted(address: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  try {
    policy ??= types?.createPolicy("tenure", { createScriptURL: (script) => script });
  } catch {
    // The policy is not in the page's list, or another copy of this script has made it.
  }
  return policy?.createScriptURL(address) ?? address;
}

function spawner(worker: WorkerSource): Spawn {
  // The address comes from the package or from the program, never from data.
  const address = typeof worker === "function" ? undefined : new URL(String(worker), base());
  const script = address && sameOrigin(address);
  return (onReply, onEnd) => {
    const refusal = watchPolicy();
    const started = script === undefined ? (worker as () => Worker)() : startWorker(script);
    started.onmessage = ({ data }: MessageEvent<Reply>) => onReply(data);
    started.onmessageerror = () => onEnd(new Error("its reply cannot be read"));
    // The event has no message if the script did not load.
    started.onerror = async ({ message }) => onEnd(new Error(message || refusal() || (await whySilent(address))));
    return { post: (request) => started.postMessage(request), busy: () => undefined, end: () => started.terminate() };
  };
}

function startWorker(script: string): Worker {
  try {
    // Written with `new`, Turbopack would look for every file beside this one.
    return Reflect.construct(Worker, [trusted(script), { type: "module" }]);
  } catch (error) {
    const reason = String((error as Error).message);
    const isUntrusted = /Trusted ?(Types|ScriptURL)/i.test(reason);
    const remedy = isUntrusted ? ". Add tenure to trusted-types of the page's Content-Security-Policy" : "";
    throw new Error(reason.replace(/\.+$/, "") + remedy, { cause: error });
  }
}

/**
 * Browsers start workers from the page's own origin only. A script of another origin is imported by
 * one that is made here.
 */
function sameOrigin({ href, origin, protocol }: URL): string {
  const isForeign = /^https?:$/.test(protocol) && origin !== globalThis.location?.origin;
  if (!isForeign) return href;
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(href)};`], { type: "text/javascript" }));
}

/** Listens for a refusal by the page's policy. The result says it, if there was one. */
function watchPolicy(): () => string | undefined {
  let directive: string | undefined;
  const watch = (event: Event): void => {
    const { effectiveDirective } = event as SecurityPolicyViolationEvent;
    if (/^(worker|child|script|default)-src/.test(effectiveDirective)) directive = effectiveDirective;
  };
  globalThis.addEventListener?.("securitypolicyviolation", watch);
  return () => {
    globalThis.removeEventListener?.("securitypolicyviolation", watch);
    return (
      directive &&
      `the page's Content-Security-Policy refuses its script. Add worker-src 'self' (${directive} forbids it)`
    );
  };
}

/** Asks for the script, to say why it did not load. */
async function whySilent(address: URL | undefined): Promise<string> {
  if (address === undefined) return "its script did not load";
  try {
    const { ok, status, headers } = await fetch(address);
    if (!ok) return `its script ${address.href} is absent (HTTP ${status})${HELP}`;
    if (headers.get("content-type")?.startsWith("text/html")) return `its script ${address.href} is HTML${HELP}`;
    return `its script ${address.href} did not run`;
  } catch (error) {
    return `its script ${address.href} cannot be fetched (${String(error)})${HELP}`;
  }
}

/** The browser, with the addresses of the worker's script and of the WebAssembly module. */
export const browser = (script: () => URL, wasm: () => URL): PoolPlatform => ({
  spawner: (worker) => spawner(worker ?? script()),
  cores: () => navigator.hardwareConcurrency,
  resolve: (address) => new URL(address, base()).href,
  wasm: () => wasm().href,
});
