// Shows what was typed, and how strong a new password is: the server's measure (rules/signing_in) without its list of
// common ones. Nothing typed leaves the page for it.

const LEVELS_BITS = [30, 45, 65];
const CHOSEN_BY_PEOPLE = 0.75;
const WORDS = ["weak", "fair", "good", "strong"];
const SHORTEST = 8;
const ONE_WORD = /^\p{L}{1,10}\p{Decimal_Number}{0,4}[!.?]?$/u;

/** How strong a password is, in words of ours.
 * @param {string} password */
export function strength(password) {
  const said = password.normalize("NFKC");
  const letters = Array.from(said.toLowerCase());
  if (Array.from(said).length < SHORTEST || ONE_WORD.test(said)) return "weak";
  const variety = Math.min(1, new Set(letters).size / 8);
  const bits = steps(letters) * Math.log2(Math.max(alphabet(said), 2)) * CHOSEN_BY_PEOPLE * variety;
  return WORDS[LEVELS_BITS.filter((level) => bits >= level).length] ?? "weak";
}

/** @param {string} said */
function alphabet(said) {
  /** @type {[RegExp, number][]} */
  const sizes = [
    [/\p{N}/u, 10],
    [/\p{Ll}/u, 26],
    [/\p{Lu}/u, 26],
    [/[^\P{L}\x00-\x7f]/u, 20],
    [/[^\p{L}\p{N}]/u, 20],
  ];
  return sizes.reduce((sum, [belongs, size]) => (belongs.test(said) ? sum + size : sum), 0);
}

/** @param {string[]} letters */
function steps(letters) {
  let free = 1;
  /** @type {number | null} */
  let step = null;
  for (let place = 1; place < letters.length; place += 1) {
    const taken = (letters[place]?.codePointAt(0) ?? 0) - (letters[place - 1]?.codePointAt(0) ?? 0);
    const isRow = Math.abs(taken) <= 1;
    if (!isRow || (step !== null && taken !== step)) free += 1;
    step = isRow ? taken : null;
  }
  return free;
}

/** @param {string | undefined} name */
const field = (name) => /** @type {HTMLInputElement | null} */ (document.getElementById(name ?? ""));

document.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest?.("[data-reveals]");
  if (!(button instanceof HTMLElement)) return;
  const input = field(button.dataset.reveals);
  if (!input) return;
  const isShown = input.type === "password";
  input.type = isShown ? "text" : "password";
  button.setAttribute("aria-pressed", String(isShown));
});

document.addEventListener("input", (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const line = document.querySelector(`[data-judges="${input.id}"]`);
  const [meter, words] = [line?.querySelector("meter"), line?.querySelector("span")];
  if (!(line instanceof HTMLElement) || !meter || !words) return;
  line.hidden = input.value === "";
  const word = strength(input.value);
  meter.value = WORDS.indexOf(word) + 1;
  words.textContent = words.dataset[word] ?? "";
});

// No browser shall remember what was sent, and nothing typed shall wait behind Back.
document.addEventListener("submit", hide, true);
addEventListener("pagehide", () => {
  for (const input of hide()) input.value = "";
});

function hide() {
  const revealed = document.querySelectorAll("[data-reveals][aria-pressed=true]");
  for (const button of revealed) {
    button.setAttribute("aria-pressed", "false");
    field(/** @type {HTMLElement} */ (button).dataset.reveals)?.setAttribute("type", "password");
  }
  return /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[type=password]"));
}

for (const offer of document.querySelectorAll("[data-with=script]")) offer.removeAttribute("hidden");
