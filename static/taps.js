// Taps at the door that the server has not heard of yet.
//
// Each has a key of its own, made here, and the time at which it was made: sending it
// twice counts once, and a late network makes nobody late. They are kept in the
// browser's storage too, so that a page that is loaded again still sends them.
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

  // prefix: whose taps, at which event. send: gets a tap, and says SENT, LATER (none
  // gets through), FAILED (this one alone) or, in an object, why it is refused.
  // changed: is told of each tap with what became of it.
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

  // Kept until somebody has read why, also when the page is loaded again.
  get refused() {
    return [...this.#refused.values()];
  }

  add(person, name, session, at) {
    const tap = { key: newKey(), person, name, session, at };
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

  // Sends one after the other, in their order, until none gets through.
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
  // randomUUID() exists on https alone.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Storage may be full or forbidden: then taps last as long as the page.

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
