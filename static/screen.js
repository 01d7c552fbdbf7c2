// The screen with the check-in code: loads the next code when the present one expires.

const AFTERWARDS = 300;
const TRY_AGAIN = 3_000;

const part = (page) => page.querySelector("[data-screen]");
const stale = document.querySelector("[data-stale]");

async function change() {
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(10_000) });
    const fresh = part(new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (!fresh) return location.reload();
    part(document).replaceWith(fresh);
    stale.hidden = true;
    wait();
  } catch {
    stale.hidden = false;
    setTimeout(change, TRY_AGAIN);
  }
}

function wait() {
  setTimeout(change, Number(part(document).dataset.left) * 1000 + AFTERWARDS);
}

// Keeps the screen on while the code is shown, if the browser can.
async function stayAwake() {
  if (!document.hidden) await navigator.wakeLock?.request("screen").catch(() => {});
}

document.addEventListener("visibilitychange", stayAwake);
stayAwake();
wait();
