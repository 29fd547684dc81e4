// Your Account without a cookie: fetches, with a token and a proof, what the server wrote into the empty shell.

import * as area from "./area.js";
import * as idle from "./idle.js";
import * as keys from "./keys.js";
import * as passkeys from "./passkeys.js";
import { pause, send } from "./transport.js";

/** @typedef {import("./transport.js").Wish} Wish */
/** @typedef {"visit" | "back" | "first" | "act"} Way  how it came that something is asked for */

/** What was asked for when the password was wanted again; done once it was given. @type {Wish | null} */
let postponed = null;
/** What did not arrive, to be tried again. @type {() => void} */
let retry = () => {};
/** The path shown now, with its query. */
let shown = "";
let isActing = false;
let looking = new AbortController();
let later = 0;

const here = () => location.pathname + location.search;
/** @param {string} path
 * @returns {Wish} */
const page = (path) => ({ path, method: "GET", body: "" });

/** Begin, or begin again when the page comes back from the back/forward cache. */
async function start() {
  if (!window.isSecureContext) return area.showPart("account-trouble", "insecure", true);
  keys.listen(hear);
  const link = area.place.dataset.begin;
  if (link && !keys.current()) return area.showPart(link, "new", true);
  if (await keys.recall()) await ask(page(here()), "first");
  else signIn("new", true);
  await keys.sweep();
}

/** Ask the server for something and show what it answers.
 * @param {Wish} wish
 * @param {Way} way */
async function ask(wish, way) {
  clearTimeout(later);
  looking.abort();
  looking = new AbortController();
  const signal = wish.method === "GET" ? looking.signal : undefined;
  area.busy(true);
  try {
    const answer = await send(wish, signal);
    await take(answer, wish, way);
  } catch (trouble) {
    if (trouble instanceof DOMException && trouble.name === "AbortError") return;
    stall("offline", wish, way);
  }
}

/** Do what an answer says.
 * @param {Response} answer
 * @param {Wish} wish
 * @param {Way} way */
async function take(answer, wish, way) {
  const headers = answer.headers;
  if (answer.status === 401 && keys.current() && !wish.isBare) {
    const reason = headers.get("Account-Refusal") === "idle" ? "idle" : "ended";
    if (reason === "ended" && (await keys.renewed())) return ask(wish, way);
    return lose(wish.method === "POST" ? `${reason} unsaved` : reason);
  }
  idle.lasts(headers.get("Account-State"), () => lose("idle"));
  await stayAwake(headers.has("Account-State"));
  const soon = headers.get("Account-Soon");
  if (soon) later = setTimeout(() => void ask(page(soon), "back"), 4000);
  if (headers.get("Content-Type")?.startsWith("application/json")) return takeUp(await answer.json());
  if (headers.has("Account-Out")) return leave(headers.has("Account-Fragment") ? await answer.text() : "");
  if (answer.status === 204) return area.busy(false);
  const next = headers.get("Account-Go");
  if (next && !headers.has("Account-Fragment")) return go(next, way === "back" ? way : "visit");
  if (headers.get("Content-Disposition")?.startsWith("attachment")) return download(answer);
  if (!headers.has("Account-Fragment")) return stall(answer.status === 404 ? "missing" : "failed", wish, way);
  const again = headers.get("Account-Again");
  if (again !== "step") postponed = again ? wish : null;
  const html = await answer.text();
  if (next || wish.method === "GET") remember(next ?? wish.path, way);
  area.show(html, way === "first");
  if (area.place.querySelector("[data-keeps]")) await keys.keep("", "");
  scrollTo(0, way === "back" ? (history.state?.y ?? 0) : 0);
  area.reveal("account-blocked", keys.isBlocked() && keys.current() !== null);
}

/** Say above what is shown that something did not arrive.
 * @param {string} occasion
 * @param {Wish} wish
 * @param {Way} way */
function stall(occasion, wish, way) {
  retry = () => void ask(wish, way);
  area.showAbove("account-trouble", occasion);
}

/** A token was given: keep it, tell the tabs that share this sign-in, and go on with what was asked.
 * @param {{sign_in: string, token: string, go: string}} given */
async function takeUp(given) {
  const before = keys.current();
  await keys.keep(given.sign_in, given.token);
  if (before) keys.tell({ kind: "renewed", id: before.id, to: given.sign_in, token: given.token });
  const wish = postponed;
  postponed = null;
  if (given.go) return go(given.go);
  return ask(wish ?? page(here()), wish ? "act" : "first");
}

/** @param {string} next  where the server leads
 * @param {Way} [way] */
function go(next, way = "visit") {
  const url = new URL(next, location.origin);
  if (url.origin !== location.origin) throw new Error("we lead to our own pages only");
  if (!url.pathname.startsWith(area.root)) return location.assign(url);
  return ask(page(url.pathname + url.search), way);
}

/** Give the page shown its address; what was just done is said once, not at every reload.
 * @param {string} path
 * @param {Way} way */
function remember(path, way) {
  const place = path.replace(/[?&]done=\w+/, "");
  if (place !== here()) {
    if (way === "visit") history.replaceState({ y: scrollY }, "");
    history[way === "visit" ? "pushState" : "replaceState"](null, "", place);
  }
  shown = here();
  const tongue = document.querySelector("a.tongue");
  tongue?.setAttribute("href", shown.startsWith("/ru/") ? shown.slice(3) : `/ru${shown}`);
}

/** Keep what is in use alive in storage and in the other tabs of this sign-in.
 * @param {boolean} isUsed */
async function stayAwake(isUsed) {
  const kept = keys.current();
  if (!isUsed || !kept) return;
  await keys.stillUsed();
  keys.tell({ kind: "awake", id: kept.id });
}

/** The reader signed out, or is no customer any more.
 * @param {string} farewell  a fragment to show, or "" */
async function leave(farewell) {
  const kept = keys.current();
  await end(true);
  if (kept) keys.tell({ kind: "ended", id: kept.id });
  history.replaceState(null, "", area.root);
  if (farewell) area.show(farewell, false);
  else signIn("out", false);
}

/** The sign-in ended by itself or elsewhere. @param {string} occasion */
async function lose(occasion) {
  await end(false);
  signIn(occasion, false);
}

/** @param {boolean} isOver  whether the key is to go as well */
async function end(isOver) {
  clearTimeout(later);
  looking.abort();
  idle.stop();
  area.wipe();
  postponed = null;
  area.reveal("account-blocked", false);
  await keys.forget(isOver);
}

/** @param {string} occasion
 * @param {boolean} isFirst */
function signIn(occasion, isFirst) {
  shown = here();
  area.showPart("account-sign-in", occasion, isFirst);
}

/** @param {Response} answer */
async function download(answer) {
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "crystal-call";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  area.busy(false);
}

/** @param {import("./keys.js").Word} word  from another tab of this browser */
async function hear(word) {
  const kept = keys.current();
  if (!kept) return;
  if (word.kind === "lost") {
    const isOurs = word.key === kept.key && word.id !== kept.id;
    if (isOurs) keys.tell({ kind: "renewed", id: word.id, to: kept.id, token: kept.token });
    return;
  }
  if (word.kind === "ended") {
    if (word.id === kept.id) return lose("out");
    return keys.store();
  }
  if (word.id !== kept.id) return;
  if (word.kind === "renewed") return keys.keep(word.to, word.token);
  return idle.usedElsewhere();
}

/** @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter */
async function submit(form, submitter) {
  if (isActing) return;
  isActing = true;
  submitter?.setAttribute("aria-disabled", "true");
  try {
    if (form.dataset.passkey && !(await passkeys.ask(form))) return;
    const fields = /** @type {any} */ (new FormData(form, submitter));
    const sent = new URLSearchParams(fields);
    if ("out" in form.dataset && (await keys.hasOthers())) sent.set("others", "1");
    const body = sent.toString();
    const path = new URL(form.action).pathname;
    if (form.method === "get") await ask(page(`${path}?${body}`), "visit");
    else await ask({ path, method: "POST", body, isBare: "bare" in form.dataset }, "act");
    // Also when the shop cannot be reached: there it ends by itself.
    if ("out" in form.dataset && keys.current()) await leave("");
  } finally {
    isActing = false;
    submitter?.removeAttribute("aria-disabled");
  }
}

/** @param {URL} url */
const isOurs = (url) => url.origin === location.origin && url.pathname.startsWith(area.root);

area.place.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!isOurs(new URL(form.action))) return;
  event.preventDefault();
  void submit(form, event.submitter);
});

area.place.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-do=retry]");
  if (button) return retry();
  const link = /** @type {Element} */ (event.target).closest("a[href]");
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
  const url = new URL(link.href);
  const isInPage = url.hash && url.pathname + url.search === here();
  if (!isOurs(url) || isInPage || link.target || "plain" in link.dataset) return;
  event.preventDefault();
  // A tab that the browser opens by itself starts without the sign-in; one that we open has a copy of it.
  if (event.ctrlKey || event.metaKey || event.shiftKey) window.open(url, "_blank");
  else void ask(page(url.pathname + url.search), "visit");
});

area.element("account-extend").addEventListener("click", () => {
  void ask({ path: area.element("account-extend").dataset.path ?? "", method: "POST", body: "" }, "act");
  // The button is about to hide; who goes by keyboard stays on the page.
  area.toHeading();
});

addEventListener("popstate", () => {
  if (here() !== shown && keys.current()) void ask(page(here()), "back");
});
// What the back/forward cache and the task switcher keep of a page that is left shows nothing of anybody.
addEventListener("pagehide", () => {
  pause();
  looking.abort();
  idle.stop();
  keys.hush();
  area.wipe();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) void start();
});
void start();
