// Where a sign-in is kept in the browser: the token in sessionStorage, the key it is bound to in IndexedDB, where no
// script can read it out (P-256, not extractable). A browser that blocks storage keeps both in memory: a reload ends it.
// And what tabs of one browser tell each other about it.

/** @typedef {{id: string, token: string, key: string, clock?: [string, number]}} Kept
 *   which sign-in, its token, the name of its key; over a reload the last nonce and by how much our clock is wrong */

const ITEM = "crystalcall.sign-in";
const DATABASE = "crystalcall";
const STORE = "keys";
const FORGOTTEN_AFTER_MS = 35 * 60 * 1000;
const NOTED_EVERY_MS = 60 * 1000;
const HEARD_WITHIN_MS = 300;

/** @type {Kept | null} */
let kept = null;
/** @type {CryptoKeyPair | null} */
let pair = null;
/** The name under which the key in memory is, or will be, in the database. */
let keyName = "";
let notedAt = 0;
let blocked = false;

/** Whether a reload signs out, since this browser refused to store. */
export function isBlocked() {
  return blocked;
}

/** The sign-in of this tab, or null. */
export function current() {
  return kept?.token ? kept : null;
}

/** The key that proofs are signed with; made when there is none.
 * @returns {Promise<CryptoKeyPair>} */
export async function keyPair() {
  if (!pair) {
    const named = { name: "ECDSA", namedCurve: "P-256" };
    pair = await crypto.subtle.generateKey(named, false, ["sign", "verify"]);
    keyName = crypto.randomUUID();
  }
  return pair;
}

/** Take up what this tab kept before a reload; without its key a token is worth nothing and is dropped.
 * @returns {Promise<boolean>} */
export async function recall() {
  if (kept) return Boolean(kept.token);
  try {
    const text = sessionStorage.getItem(ITEM);
    const found = text ? /** @type {Kept} */ (JSON.parse(text)) : null;
    const record = found && (await inStore("readonly", (keys) => keys.get(found.key)));
    if (!found || !record) {
      sessionStorage.removeItem(ITEM);
      return false;
    }
    [kept, pair, keyName] = [found, record.pair, found.key];
    return Boolean(found.token);
  } catch {
    blocked = true;
    return false;
  }
}

/** Keep a sign-in, in storage where the browser allows it; without a token only the key, which was let try again.
 * @param {string} id
 * @param {string} token */
export async function keep(id, token) {
  await keyPair();
  kept = { id, token, key: keyName };
  await store();
}

/** Write again what is in memory: another tab's sign-out empties the storage of all. */
export async function store() {
  if (!kept) return;
  try {
    await note();
    sessionStorage.setItem(ITEM, JSON.stringify(kept));
  } catch {
    blocked = true;
  }
}

/** The page is left: keep what spares it a question to the server when it comes back. @param {[string, number]} clock */
export function pause(clock) {
  if (!kept || blocked) return;
  kept.clock = clock;
  sessionStorage.setItem(ITEM, JSON.stringify(kept));
}

/** Forget the sign-in of this tab.
 * @param {boolean} isOver  and its key: who signs out does so in every tab. A tab whose own token ended by itself leaves
 *   the key, since another tab may be signed in with it; without a token it is worth nothing, and the sweep takes it */
export async function forget(isOver) {
  const name = keyName;
  [kept, pair, keyName, notedAt] = [null, null, "", 0];
  try {
    sessionStorage.removeItem(ITEM);
    if (name && isOver) await inStore("readwrite", (keys) => keys.delete(name));
  } catch {
    blocked = true;
  }
}

/** Whether another tab that shares this key has a newer token, which this one missed while it showed another page.
 * @returns {Promise<boolean>} */
export async function renewed() {
  const old = kept;
  if (!old) return false;
  tell({ kind: "lost", id: old.id, key: old.key });
  await new Promise((done) => setTimeout(done, HEARD_WITHIN_MS));
  return kept !== null && kept !== old;
}

/** Whether this browser is signed in with other keys as well.
 * @returns {Promise<boolean>} */
export async function hasOthers() {
  try {
    return (await inStore("readonly", (keys) => keys.count())) > 1;
  } catch {
    return false;
  }
}

/** Note, at most once a minute, that the key is in use. */
export async function stillUsed() {
  if (!kept || blocked || Date.now() - notedAt < NOTED_EVERY_MS) return;
  try {
    await note();
  } catch {
    blocked = true;
  }
}

/** Remove the keys that closed tabs left behind: a sign-in without use for half an hour has ended. */
export async function sweep() {
  try {
    const names = /** @type {string[]} */ (await inStore("readonly", (keys) => keys.getAllKeys()));
    for (const name of names) {
      const record = await inStore("readonly", (keys) => keys.get(name));
      const age = Date.now() - record.seen;
      if (name !== keyName && (age > FORGOTTEN_AFTER_MS || age < -FORGOTTEN_AFTER_MS)) {
        await inStore("readwrite", (keys) => keys.delete(name));
      }
    }
  } catch {
    blocked = true;
  }
}

async function note() {
  notedAt = Date.now();
  const record = { pair, seen: notedAt };
  await inStore("readwrite", (keys) => keys.put(record, keyName));
}

/** One act on the store of keys.
 * @param {IDBTransactionMode} mode
 * @param {(keys: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>} */
async function inStore(mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    // An open connection would keep the page out of the back/forward cache, and block the clearing of storage.
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}

/** @typedef {{kind: "ended", id: string} | {kind: "renewed", id: string, to: string, token: string}
 *   | {kind: "awake", id: string} | {kind: "lost", id: string, key: string}} Word */

/** @type {BroadcastChannel | null} */
let channel = null;

/** @param {(word: Word) => void} hear */
export function listen(hear) {
  if (channel) return;
  try {
    channel = new BroadcastChannel("crystalcall-account");
    channel.onmessage = (event) => hear(event.data);
  } catch {
    // Firefox refuses it where it refuses storage.
  }
}

/** @param {Word} word */
export function tell(word) {
  channel?.postMessage(word);
}

/** Stop listening: an open channel would keep the page out of the back/forward cache. */
export function hush() {
  channel?.close();
  channel = null;
}
