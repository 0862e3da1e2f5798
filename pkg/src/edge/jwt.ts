/** `tenure/edge/jwt`: knows callers by a JSON Web Token. It needs the package `jose`. */

import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, jwtVerify } from "jose";
import type { Authorize, Scope } from "./exchange.js";
import { refuse } from "./refusal.js";

/** Which tokens are taken. */
export interface JwtOptions {
  /** The claim `iss` that a token must have. */
  readonly issuer: string;
  /** The claim `aud` that a token must have. */
  readonly audience: string;
  /** The keys: the address of a key set, or the key set. */
  readonly keys: URL | JSONWebKeySet;
  /** The algorithms of signatures. Default: ES256, RS256, EdDSA. */
  readonly algorithms?: readonly string[];
  /** Seconds by which clocks may differ. Default: 5. */
  readonly toleranceSeconds?: number;
}

const SCOPES: readonly Scope[] = ["score", "explain", "profile", "metrics"];

/**
 * Knows callers by `authorization: Bearer TOKEN`. A token must have an expiry and a subject, which is the id of
 * the caller, and names what it is for in the claim `scope`: `"score explain"`.
 */
export function jwt({ issuer, audience, keys, algorithms, toleranceSeconds = 5 }: JwtOptions): Authorize {
  const keySet = keys instanceof URL ? createRemoteJWKSet(keys) : createLocalJWKSet(keys);
  return async ({ headers }) => {
    const token = /^bearer +([^.\s]*\.[^.\s]*\.[^.\s]*)$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (token === undefined) return undefined;
    const rules = {
      issuer,
      audience,
      algorithms: [...(algorithms ?? ["ES256", "RS256", "EdDSA"])],
      clockTolerance: toleranceSeconds,
      requiredClaims: ["exp", "sub"],
    };
    try {
      const { payload } = await jwtVerify(token, keySet, rules);
      const granted = typeof payload["scope"] === "string" ? payload["scope"].split(" ") : [];
      return { id: payload.sub!, scopes: SCOPES.filter((scope) => granted.includes(scope)) };
    } catch (error) {
      throw refused(error);
    }
  };
}

function refused(cause: unknown): Error {
  if (cause instanceof errors.JWKSTimeout || !(cause instanceof errors.JOSEError)) {
    return refuse(503, "unavailable", "the keys of tokens cannot be read; try again later", { cause });
  }
  const isExpired = cause instanceof errors.JWTExpired;
  const code = isExpired ? "token_expired" : "token_invalid";
  const message = isExpired ? "the token is expired" : "the token is not signed for this service";
  return refuse(401, code, message, { headers: { "www-authenticate": `Bearer error="invalid_token"` } });
}
