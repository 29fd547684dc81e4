// How long the sign-in still lasts, by the server's word; a warning two minutes before the end, with one click to go on.

import { element, reveal } from "./area.js";

const WARNING_MS = 120_000;
const LOOK_EVERY_MS = 1000;

let idleMs = 0;
let idleEnd = 0;
let lastEnd = 0;
/** @type {ReturnType<typeof setInterval> | undefined} */
let looking;
/** @type {() => void} */
let atEnd = () => {};

/** Take up what an answer said: "idle=1800, ends=43200", both in seconds from now.
 * @param {string | null} said
 * @param {() => void} ended */
export function lasts(said, ended) {
  const [, idle, ends] = /idle=(\d+), ends=(\d+)/.exec(said ?? "") ?? [];
  if (!idle || !ends) return;
  idleMs = Number(idle) * 1000;
  idleEnd = Date.now() + idleMs;
  lastEnd = Date.now() + Number(ends) * 1000;
  atEnd = ended;
  looking ??= setInterval(look, LOOK_EVERY_MS);
  look();
}

/** Used in another tab: the idle time begins anew. */
export function usedElsewhere() {
  idleEnd = Date.now() + idleMs;
}

/** Nothing lasts any more. */
export function stop() {
  clearInterval(looking);
  looking = undefined;
  reveal("account-idle", false);
}

// A clock that is looked at, not a long timer: laptops sleep.
function look() {
  const left = Math.min(idleEnd, lastEnd) - Date.now();
  if (left <= 0) {
    stop();
    atEnd();
    return;
  }
  const isNear = left <= WARNING_MS;
  if (isNear) {
    const seconds = Math.ceil(left / 1000);
    element("account-left").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    // One click moves the idle end only; the last end stands.
    reveal("account-extend", lastEnd > idleEnd);
  }
  if (element("account-idle").hidden === isNear) reveal("account-idle", isNear);
}
