// Taps at the door that the server has not received yet.
//
// Each has a key and the time of the tap. So sending it twice counts once, and sending it
// late makes nobody late. They are also in the browser's storage, so that they are sent
// after the page was loaded again.
// Source: docs/rules.md 57.

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

export const SENT = "sent";
export const LATER = "later";
export const FAILED = "failed";

export class Taps {
  #prefix;
  #send;
  #changed;
  #waiting = new Map();
  #refused = new Map();
  #pause = FIRST_PAUSE;
  #timer;
  #isSending = false;

  // prefix: of the keys in storage, with user and event. send(tap): returns SENT, LATER
  // (nothing gets through), FAILED (only this tap failed) or { why } if it was refused.
  // changed(tap, outcome): is called after a tap was sent or refused.
  constructor(prefix, send, changed) {
    this.#prefix = prefix;
    this.#send = send;
    this.#changed = changed;
    for (const tap of stored(prefix)) {
      (tap.why ? this.#refused : this.#waiting).set(tap.key, tap);
    }
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.flush();
    });
    addEventListener("beforeunload", (event) => {
      if (this.#waiting.size) event.preventDefault();
    });
  }

  get waiting() {
    return [...this.#waiting.values()];
  }

  // Kept until somebody has read the reason, even if the page is loaded again.
  get refused() {
    return [...this.#refused.values()];
  }

  // about: person, name, session, at (when), and what else the page wants to know later.
  add(about) {
    const tap = { key: newKey(), ...about };
    this.#waiting.set(tap.key, tap);
    store(this.#prefix + tap.key, tap);
    this.flush();
    return tap;
  }

  takeBack(key) {
    this.#waiting.delete(key);
    this.#refused.delete(key);
    forget(this.#prefix + key);
  }

  // Sends the taps in order, until nothing gets through.
  async flush() {
    if (this.#isSending) return;
    this.#isSending = true;
    clearTimeout(this.#timer);
    let isOver = true;
    try {
      for (const tap of this.#waiting.values()) {
        const outcome = await this.#send(tap);
        if (outcome === LATER || outcome === FAILED) isOver = false;
        if (outcome === LATER) break;
        if (outcome === FAILED) continue;
        this.#pause = FIRST_PAUSE;
        this.takeBack(tap.key);
        if (outcome !== SENT) this.#keepRefused({ ...tap, why: outcome.why });
        this.#changed(tap, outcome);
      }
    } finally {
      this.#isSending = false;
    }
    if (!isOver) this.#again();
  }

  #keepRefused(tap) {
    this.#refused.set(tap.key, tap);
    store(this.#prefix + tap.key, tap);
  }

  #again() {
    this.#timer = setTimeout(() => this.flush(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }
}

function newKey() {
  // randomUUID() exists only with https.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// If storage is full or forbidden, taps are kept only as long as the page is open.

function store(name, tap) {
  try {
    localStorage.setItem(name, JSON.stringify(tap));
  } catch {}
}

function forget(name) {
  try {
    localStorage.removeItem(name);
  } catch {}
}

function stored(prefix) {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(prefix))
      .map((name) => JSON.parse(localStorage.getItem(name)))
      .sort((one, other) => one.at.localeCompare(other.at));
  } catch {
    return [];
  }
}
