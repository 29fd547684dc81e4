// Requests with a proof of possession each (RFC 9449, DPoP): a signed statement about one request, worth nothing for any
// other. The server's time and nonce are kept from its last answer, so that a wrong clock does no harm.

import * as keys from "./keys.js";

const text = new TextEncoder();
/** The server's last: its time in milliseconds, a point, and its seal over that. */
let nonce = "";
/** The server's clock minus ours. */
let aheadMs = 0;

/** @typedef {{path: string, method: "GET" | "POST", body: string, isBare?: boolean}} Wish
 *   what to ask for: path with its query; bare without the token, for steps before there is one */

/** Send one request of ours; once more where the server only wants its newest nonce in the proof.
 * @param {Wish} wish
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>} */
export async function send(wish, signal) {
  const answer = await attempt(wish, signal);
  const refusal = answer.headers.get("WWW-Authenticate") ?? "";
  return answer.status === 401 && refusal.includes("use_dpop_nonce") ? attempt(wish, signal) : answer;
}

/** The page is left. */
export function pause() {
  keys.pause([nonce, aheadMs]);
}

/** @param {Wish} wish
 * @param {AbortSignal} [signal] */
async function attempt(wish, signal) {
  const url = new URL(wish.path, location.origin);
  if (!nonce) [nonce, aheadMs] = keys.current()?.clock ?? ["", 0];
  const token = wish.isBare ? "" : (keys.current()?.token ?? "");
  const headers = new Headers({ DPoP: await proof(wish, url, token) });
  if (token) headers.set("Authorization", `DPoP ${token}`);
  /** @type {RequestInit} */
  const request = { method: wish.method, headers, signal, cache: "no-store", credentials: "same-origin", redirect: "error" };
  if (wish.method === "POST") {
    headers.set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
    request.body = wish.body;
  }
  const answer = await fetch(url, request);
  nonce = answer.headers.get("DPoP-Nonce") ?? nonce;
  const theirs = Number.parseInt(nonce, 10);
  if (theirs) aheadMs = theirs - Date.now();
  return answer;
}

/** A proof that whoever sends this holds the key.
 * @param {Wish} wish
 * @param {URL} url
 * @param {string} token */
async function proof(wish, url, token) {
  const pair = await keys.keyPair();
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
  const claims = {
    jti: crypto.randomUUID(),
    htm: wish.method,
    htu: url.origin + url.pathname,
    iat: Math.floor((Date.now() + aheadMs) / 1000),
    ...(nonce && { nonce }),
    ...(token && { ath: await digest(token) }),
    // Not of the RFC: what is sent and what is asked for are bound too.
    ...(wish.body && { bh: await digest(wish.body) }),
    ...(url.search && { qh: await digest(url.search.slice(1)) }),
  };
  const signed = `${encoded(text.encode(JSON.stringify(header)))}.${encoded(text.encode(JSON.stringify(claims)))}`;
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(algorithm, pair.privateKey, text.encode(signed));
  return `${signed}.${encoded(new Uint8Array(signature))}`;
}

/** @param {string} said */
async function digest(said) {
  return encoded(new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(said))));
}

/** Bytes as base64url without padding. @param {Uint8Array} bytes */
function encoded(bytes) {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
