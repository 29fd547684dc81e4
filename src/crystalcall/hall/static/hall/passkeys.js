// Passkeys (WebAuthn): what the server asks stands in the form, and what the key answers goes back in a hidden field.

/** Fill in what the reader's key answers.
 * @param {HTMLFormElement} form  with data-passkey "create" or "get", its options in data-options
 * @returns {Promise<boolean>} whether there is an answer to send */
export async function ask(form) {
  const failed = form.querySelector("[data-when=failed]");
  failed?.setAttribute("hidden", "");
  try {
    const asked = JSON.parse(form.dataset.options ?? "");
    const kinds = PublicKeyCredential;
    const credential = await (form.dataset.passkey === "create"
      ? navigator.credentials.create({ publicKey: kinds.parseCreationOptionsFromJSON(asked) })
      : navigator.credentials.get({ publicKey: kinds.parseRequestOptionsFromJSON(asked) }));
    const answer = /** @type {PublicKeyCredential} */ (credential).toJSON();
    /** @type {HTMLInputElement} */ (form.elements.namedItem("answer")).value = JSON.stringify(answer);
    return true;
  } catch {
    // Taken back by the reader, timed out, or no such key here: the browser does not tell which.
    failed?.removeAttribute("hidden");
    return false;
  }
}
