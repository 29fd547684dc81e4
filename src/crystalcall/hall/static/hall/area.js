// The one place of the page that shows an account: what the server wrote goes in whole, and is wiped whole.

const policy = fragmentPolicy();
const area = element("account");
const heard = element("account-heard");
const ownTitle = document.title;
const WIDE_PIXELS = 832;

/** The addresses that belong to the account, in this page's language. */
export const root = area.dataset.root ?? "/account/";

/** Every event inside bubbles to here. */
export const place = area;

/** Put in a fragment that our server wrote for this tab.
 * @param {string} html
 * @param {boolean} isFirst  nothing was shown before: the reader's place on the page is kept */
export function show(html, isFirst) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  put(template.content, isFirst);
}

/** Put in a part that came with the shell, with the notes that fit the occasion.
 * @param {string} name
 * @param {string} occasion  a word, or several with spaces between
 * @param {boolean} isFirst */
export function showPart(name, occasion, isFirst) {
  const template = /** @type {HTMLTemplateElement} */ (element(name));
  const part = document.importNode(template.content, true);
  for (const note of part.querySelectorAll("[data-when]")) {
    if (occasion.split(" ").includes(note.getAttribute("data-when") ?? "")) note.removeAttribute("hidden");
  }
  put(part, isFirst);
}

/** Put in a part above what is shown; a second one takes its place.
 * @param {string} name
 * @param {string} occasion */
export function showAbove(name, occasion) {
  const shown = Array.from(area.children).filter((child) => child.id !== "trouble");
  showPart(name, occasion, true);
  area.append(...shown);
  element("trouble").focus();
}

/** Leave nothing of a person on the page. */
export function wipe() {
  area.replaceChildren();
  heard.textContent = "";
  document.title = ownTitle;
}

/** @param {boolean} isBusy  whether something is on its way; the bar appears only where that takes a moment */
export function busy(isBusy) {
  area.setAttribute("aria-busy", String(isBusy));
}

/** @param {string} name  a line of the shell
 * @param {boolean} isShown */
export function reveal(name, isShown) {
  element(name).hidden = !isShown;
}

/** @param {string} name */
export function element(name) {
  const found = document.getElementById(name);
  if (!found) throw new Error(`the page has no ${name}`);
  return found;
}

/** @param {DocumentFragment} content
 * @param {boolean} isFirst */
function put(content, isFirst) {
  for (const script of content.querySelectorAll("script")) script.remove();
  // Only a tab that we open ourselves gets a copy of this tab's sign-in.
  for (const link of content.querySelectorAll("a[target=_blank]")) link.setAttribute("rel", "opener");
  for (const offer of content.querySelectorAll("[data-with=script]")) offer.removeAttribute("hidden");
  // The menu is folded where the screen is narrow.
  for (const fold of content.querySelectorAll("[data-wide]")) fold.toggleAttribute("open", innerWidth >= WIDE_PIXELS);
  area.replaceChildren(content);
  busy(false);
  const heading = area.querySelector("h1");
  const name = heading?.textContent?.trim() ?? "";
  document.title = name ? `${name} · Crystal Call` : ownTitle;
  const target = area.querySelector("[autofocus]");
  if (target instanceof HTMLElement) target.focus();
  else if (isFirst) heard.textContent = name;
  else toHeading();
}

/** Where readers by keyboard and by ear go on: the page's name. */
export function toHeading() {
  const heading = area.querySelector("h1");
  if (heading) heading.tabIndex = -1;
  heading?.focus();
}

/** The page's one Trusted Types policy: only what this module is handed becomes HTML. */
function fragmentPolicy() {
  const rules = { createHTML: (/** @type {string} */ html) => html };
  const factory = /** @type {any} */ (window).trustedTypes;
  return factory ? factory.createPolicy("fragments", rules) : rules;
}
