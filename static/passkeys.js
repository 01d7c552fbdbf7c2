// Asks the browser for a passkey, and sends what it answers with the form.
//
// The page says what to ask for, and holds all words. Without this script, and where no
// passkey works, it says so, and the other ways remain.

const form = document.querySelector("[data-passkey]");
const part = (name) => form.querySelector(`[data-${name}]`);
const { publicKey } = JSON.parse(document.getElementById("passkey-options").textContent);
const { webauthnJSON } = globalThis;

function worksHere() {
  const site = publicKey.rp?.id ?? publicKey.rpId;
  const isOfSite = `.${location.hostname}`.endsWith(`.${site}`);
  return isOfSite && isSecureContext && webauthnJSON?.supported();
}

async function ask() {
  const button = form.querySelector("button");
  button.disabled = true;
  part("failed").hidden = true;
  try {
    const answer = await webauthnJSON[form.dataset.passkey]({ publicKey });
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  } catch {
    part("failed").hidden = false;
  } finally {
    button.disabled = false;
  }
}

if (worksHere()) {
  part("useless").hidden = true;
  part("works").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  if ("atOnce" in form.dataset) ask();
}
