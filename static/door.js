// The door: filters people while one types, and keeps taps that are made without a
// network. Without JavaScript the page works as a form.

import { searched } from "./names.js";
import { FAILED, LATER, SENT, Taps } from "./taps.js";

const LOOK_AGAIN = 30_000;
// Two taps on one row within this time are one: the second means the button that was
// there before.
const DOUBLE_TAP = 2_000;
const TOLD_FOR = 5_000;
const PATIENCE = 15_000;

// What a tap adds to the counters, by what a person counts as.
const COUNTED = {
  expected: { inside: 1 },
  excused: { inside: 1, excused: -1 },
  joins: { inside: 1, expected: 1 },
};

const form = document.querySelector("form[data-door]");
if (form) begin();

function begin() {
  const { user, event, session } = form.dataset;
  const search = document.querySelector("#q");
  // If the phone's clock is wrong by more than PATIENCE, the server's is used.
  const ahead = Date.now() - Date.parse(form.dataset.now);
  const offset = Math.abs(ahead) > PATIENCE ? ahead : 0;
  // The address without a session is that of whichever session runs, not always of this.
  const here = new URL(location.href);
  if (session) here.searchParams.set("session", session);

  const taps = new Taps(`rollcall-door:${user}:${event}:`, send, (tap, outcome) => {
    if (tap.session === session && outcome === SENT) come(tap);
    show();
  });

  // --- Taps ---------------------------------------------------------------------------

  form.addEventListener("submit", (submitted) => {
    const { name, value: person } = submitted.submitter ?? {};
    if (!person) return;
    submitted.preventDefault();
    if (isSecondOfTwo(person)) {
      sayOneTap(person);
      return;
    }
    if (isAnotherDay()) return;
    if (name === "undo") {
      undo(person);
      return;
    }
    if (waitingFor(person)) return;
    taps.takeBack(refusedFor(person)?.key);
    const row = rowOf(person);
    const at = new Date(Date.now() - offset).toISOString();
    taps.add({ person, name: nameOf(row), session, at, counts: row.dataset.counts });
    show();
  });

  form.addEventListener("click", (click) => {
    if (!click.target.closest("[data-back]")) return;
    const person = click.target.closest("[data-person]").dataset.person;
    if (isSecondOfTwo(person)) {
      sayOneTap(person);
      return;
    }
    taps.takeBack((waitingFor(person) ?? refusedFor(person))?.key);
    show();
  });

  const tapped = new Map();

  function isSecondOfTwo(person) {
    const now = performance.now();
    const isSecond = now - (tapped.get(person) ?? -Infinity) < DOUBLE_TAP;
    if (!isSecond) tapped.set(person, now);
    return isSecond;
  }

  // Whoever meant the second tap must not take it for done.
  function sayOneTap(person) {
    const row = rowOf(person);
    row.querySelector("[data-one-tap]")?.remove();
    const told = part("one-tap");
    row.querySelector(".who-is").append(told);
    setTimeout(() => told.remove(), TOLD_FOR);
  }

  // The page may have been open overnight: then one says first that one means it.
  let todayUntil = Date.parse(form.dataset.todayUntil) || Infinity;

  function isAnotherDay() {
    const isSo = Date.now() - offset >= todayUntil;
    if (isSo) tell("not-today", true);
    return isSo;
  }

  document.querySelector("[data-mean-it]")?.addEventListener("click", () => {
    todayUntil = Infinity;
    here.searchParams.set("not_today", "1");
    tell("not-today", false);
  });

  document.querySelector("[data-forget]").addEventListener("click", () => {
    for (const tap of refusedUnseen()) taps.takeBack(tap.key);
    show();
  });

  // Without a network, links would lead to the browser's error page, and away from taps
  // that wait. Whether there is one is known from the browser, or from what was sent.
  let isCut = false;

  async function ask(address, options) {
    try {
      const answer = await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE) });
      isCut = false;
      tell("no-network", false);
      return answer;
    } catch (error) {
      isCut = true;
      throw error;
    }
  }

  function stay(leaving) {
    if (navigator.onLine && !(isCut && taps.waiting.length)) return;
    leaving.preventDefault();
    tell("no-network", true);
  }

  document.addEventListener("click", (click) => {
    const link = click.target.closest("a[href]");
    if (link && !link.getAttribute("href").startsWith("#")) stay(click);
  });

  document.addEventListener("submit", (submitted) => {
    if (submitted.target !== form) stay(submitted);
  });

  addEventListener("online", () => tell("no-network", false));

  // Needs the network. The page is not left, because taps may be waiting.
  async function undo(person) {
    const sent = new URLSearchParams(new FormData(form));
    sent.append("undo", person);
    // It is no double tap, which the server would have to guess.
    sent.append("meant", "1");
    try {
      const answer = await ask(here, { method: "POST", body: sent });
      const page = parsed(await answer.text());
      if (!asksFirst(page)) tell("signed-out", !take(page));
      tell("not-undone", false);
      rowOf(person)?.querySelector("button")?.focus({ preventScroll: true });
    } catch {
      document.querySelector("[data-whose]").textContent = nameOf(rowOf(person));
      tell("not-undone", true);
    }
  }

  const tell = (what, isSo) => {
    document.querySelector(`[data-${what}]`).hidden = !isSo;
  };
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
  const isOf = (person) => (tap) => tap.person === person && tap.session === session;
  const waitingFor = (person) => taps.waiting.find(isOf(person));
  const refusedFor = (person) => taps.refused.find(isOf(person));
  // Refused taps at another session, or for somebody who is no longer in the list.
  const refusedUnseen = () =>
    taps.refused.filter((tap) => tap.session !== session || !rowOf(tap.person));

  async function send(tap) {
    const body = { method: "staff", checked_in_at: tap.at };
    if (tap.session) body.session = Number(tap.session);
    try {
      const answer = await ask(`/api/participants/${tap.person}/check-in`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "Idempotency-Key": tap.key,
          "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
        },
        body: JSON.stringify(body),
      });
      if (!answer.ok) return await refusal(answer);
      tap.status = (await answer.json()).status;
      return SENT;
    } catch {
      return LATER;
    }
  }

  // What a rule refuses is final; after other failures the tap is sent again.
  async function refusal(answer) {
    const problem = await answer.json();
    const isRule = problem.type !== "about:blank";
    if (answer.status === 401 || (answer.status === 403 && !isRule)) {
      // Signed out, or signed in again with another CSRF token.
      await look();
      return LATER;
    }
    const isFinal = [400, 403, 404, 409, 422].includes(answer.status);
    if (isFinal) return { why: problem.detail };
    return answer.status === 500 ? FAILED : LATER;
  }

  // --- Showing taps -------------------------------------------------------------------

  const rows = () => form.querySelectorAll("[data-person]");
  const rowOf = (person) => document.getElementById(`p${person}`);
  const nameOf = (row) => row?.querySelector("strong").textContent ?? "";
  const clock = clockOf(form.dataset.zone, Number(form.dataset.offset) * 60_000);

  function part(name, { at, why } = {}) {
    const made = document
      .querySelector(`template[data-${name}]`)
      .content.firstElementChild.cloneNode(true);
    const time = made.querySelector("time");
    if (time) {
      time.dateTime = at;
      time.textContent = clock.format(new Date(at));
    }
    const reason = made.querySelector("[data-why]");
    if (reason) reason.textContent = why;
    return made;
  }

  function isolated(name) {
    const made = document.createElement("bdi");
    made.textContent = name;
    return made;
  }

  function come(tap) {
    const row = rowOf(tap.person);
    if (row && "inside" in row.dataset) return;
    addTo(base, tap);
    if (!row) return;
    row.dataset.inside = "";
    row.querySelector("[data-said]").replaceChildren(part(`state="${came(tap)}"`, tap));
    keepFocus(row);
    const mistake = part("undo");
    mistake.value = tap.person;
    mistake.querySelector("[data-name]").textContent = nameOf(row);
    row.querySelector("[data-does]").replaceChildren(mistake);
  }

  const came = ({ status }) => (status === "late" ? "inside-late" : "inside");

  // What the server counted, and the taps that it has heard of since.
  let base = counted();

  function counted() {
    const shown = [...document.querySelectorAll("[data-count]")];
    return Object.fromEntries(shown.map((dd) => [dd.dataset.count, Number(dd.textContent)]));
  }

  function addTo(numbers, { counts = "expected" }) {
    for (const [name, number] of Object.entries(COUNTED[counts] ?? {})) {
      numbers[name] = (numbers[name] ?? 0) + number;
    }
  }

  // Taps that wait for a network count too: who was tapped is inside.
  function count(waiting) {
    const numbers = { ...base };
    for (const tap of waiting) {
      const row = rowOf(tap.person);
      if (!(row && "inside" in row.dataset)) addTo(numbers, tap);
    }
    const excused = numbers.excused ?? 0;
    numbers.missing = Math.max(0, numbers.expected - numbers.inside - excused);
    for (const dd of document.querySelectorAll("[data-count]")) {
      dd.textContent = numbers[dd.dataset.count];
    }
  }

  // Marks rows whose tap is not on the server yet, or was refused. What the server knows
  // is in the rows already.
  function show() {
    const waiting = taps.waiting;
    const here = waiting.filter((tap) => tap.session === session);
    const mine = new Map(here.map((tap) => [tap.person, tap]));
    count(mine.values());
    for (const row of rows()) {
      const person = row.dataset.person;
      const tap = "inside" in row.dataset ? undefined : mine.get(person);
      const about = tap ?? refusedFor(person);
      const state = tap ? "waiting" : about ? "refused" : "";
      if ((row.dataset.shown ?? "") === state + (about?.key ?? "")) continue;
      row.dataset.shown = state + (about?.key ?? "");
      say(row, state, about);
    }
    const unseen = refusedUnseen();
    tell("refused-unseen", unseen.length);
    document.querySelector("[data-names]").replaceChildren(
      ...unseen.flatMap(({ name, at, why }) => [
        isolated(name), ` (${clock.format(new Date(at))}): ${why} `,
      ]),
    );
    tell("waiting", waiting.length);
    document.querySelector("[data-number]").textContent = waiting.length;
  }

  function say(row, state, about) {
    const said = row.querySelector("[data-said]");
    const does = row.querySelector("[data-does]");
    said.querySelector("[data-ours]")?.remove();
    does.querySelector("[data-back]")?.remove();
    const button = does.querySelector("button");
    if (state === "waiting") keepFocus(row);
    if (button) button.hidden = state === "waiting";
    if (!state) return;
    const made = part(`state="${state}"`, about);
    made.dataset.ours = "";
    said.append(made);
    does.append(part("take-back"));
  }

  // If a button with the focus is hidden, its row gets the focus.
  function keepFocus(row) {
    if (!row.contains(document.activeElement)) return;
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
  }

  // --- Loading what others did --------------------------------------------------------

  async function look() {
    try {
      const answer = await ask(here);
      const isDoor = answer.ok && !answer.redirected;
      const page = isDoor && parsed(await answer.text());
      if (page && asksFirst(page)) return;
      tell("signed-out", answer.redirected || (isDoor && !take(page)));
    } catch {
      // Without a network the page stays as it is.
    }
  }

  // The page is another one by now: it asks something, or is about another session.
  function asksFirst(page) {
    const isDoor = page.querySelector("main.door");
    const isSame = page.querySelector("form[data-door]")?.dataset.session === session;
    if (isDoor && !isSame && !taps.waiting.length) location.assign(here);
    return Boolean(isDoor && !isSame);
  }

  function take(page) {
    const fresh = page.querySelector("form[data-door]");
    // Another user has signed in meanwhile, who must not send these taps.
    if (fresh?.dataset.user !== user) return false;
    form.elements.csrfmiddlewaretoken.value = fresh.elements.csrfmiddlewaretoken.value;
    form.querySelector("[data-list]").replaceWith(fresh.querySelector("[data-list]"));
    document.querySelector("[data-counts]").replaceWith(page.querySelector("[data-counts]"));
    base = counted();
    show();
    find();
    return true;
  }

  setInterval(async () => {
    // Not while somebody is about to tap, nor while taps are sent.
    const isBusy = taps.waiting.length || document.activeElement.matches("[data-list] button");
    if (!document.hidden && !isBusy) await look();
  }, LOOK_AGAIN);

  // --- Finding somebody ---------------------------------------------------------------

  function find() {
    const words = searched(search.value);
    let found = 0;
    for (const row of rows()) {
      row.hidden = !words.every((word) => row.dataset.search.includes(word));
      found += !row.hidden;
    }
    tell("nobody", !found && rows().length);
    const add = form.querySelector("[data-nobody] [data-add]");
    if (!add) return;
    const typed = search.value.trim();
    const address = new URL(add.href);
    address.searchParams.set("q", typed);
    add.href = address;
    add.querySelector("[data-typed]").textContent = typed;
  }

  search.addEventListener("input", find);
  show();
  find();
  taps.flush();
}

// Browsers do not know all zones. For the others the clocks are as they are now.
function clockOf(timeZone, ahead) {
  const shown = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...shown, timeZone });
  } catch {
    const utc = new Intl.DateTimeFormat("en-GB", { ...shown, timeZone: "UTC" });
    return { format: (at) => utc.format(new Date(at.getTime() + ahead)) };
  }
}
