// The code on the screen, fetched anew whenever it changes.

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

// The screen stays on while the code is shown, where the browser can do that.
async function stayAwake() {
  if (!document.hidden) await navigator.wakeLock?.request("screen").catch(() => {});
}

document.addEventListener("visibilitychange", stayAwake);
stayAwake();
wait();
