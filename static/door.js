// The door: filters people while one types, and keeps taps that are made without a
// network. Without JavaScript the page works as a form.

import { searched } from "./names.js";
import { FAILED, LATER, SENT, Taps } from "./taps.js";

const LOOK_AGAIN = 30_000;
const PATIENCE = 15_000;

const form = document.querySelector("form[data-door]");
if (form) begin();

function begin() {
  const { user, event, session, zone } = form.dataset;
  const search = document.querySelector("#q");
  // If the phone's clock is wrong by more than PATIENCE, the server's is used.
  const ahead = Date.now() - Date.parse(form.dataset.now);
  const offset = Math.abs(ahead) > PATIENCE ? ahead : 0;

  const taps = new Taps(`rollcall-door:${user}:${event}:`, send, (tap, outcome) => {
    if (tap.session === session && outcome === SENT) come(tap);
    show();
  });

  // --- Taps ---------------------------------------------------------------------------

  form.addEventListener("submit", (submitted) => {
    const { name, value: person } = submitted.submitter ?? {};
    if (!person) return;
    submitted.preventDefault();
    if (name === "undo") {
      undo(person);
      return;
    }
    if (waitingFor(person)) return;
    taps.takeBack(refusedFor(person)?.key);
    const called = rowOf(person).querySelector("strong").textContent;
    taps.add(person, called, session, new Date(Date.now() - offset).toISOString());
    show();
  });

  form.addEventListener("click", (click) => {
    if (!click.target.closest("[data-back]")) return;
    const person = click.target.closest("[data-person]").dataset.person;
    taps.takeBack((waitingFor(person) ?? refusedFor(person))?.key);
    show();
  });

  document.querySelector("[data-forget]").addEventListener("click", () => {
    for (const tap of refusedUnseen()) taps.takeBack(tap.key);
    show();
  });

  // Needs the network. The page is not left, because taps may be waiting.
  async function undo(person) {
    const sent = new URLSearchParams(new FormData(form));
    sent.append("undo", person);
    try {
      const answer = await fetch(location.href, {
        method: "POST", body: sent, signal: AbortSignal.timeout(PATIENCE),
      });
      tell("signed-out", !take(parsed(await answer.text())));
      tell("no-network", false);
      rowOf(person)?.querySelector("button")?.focus({ preventScroll: true });
    } catch {
      tell("no-network", true);
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
      const answer = await fetch(`/api/participants/${tap.person}/check-in`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "Idempotency-Key": tap.key,
          "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.ok) return SENT;
      return await refusal(answer);
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
  const clock = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone,
  });

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
    if (!row || "inside" in row.dataset) return;
    row.dataset.inside = "";
    row.querySelector("[data-said]").replaceChildren(part('state="inside"', tap));
    keepFocus(row);
    const mistake = part("undo");
    mistake.value = tap.person;
    mistake.querySelector("[data-name]").textContent = row.querySelector("strong").textContent;
    row.querySelector("[data-does]").replaceChildren(mistake);
    if (!("expected" in row.dataset)) add("expected", 1);
    row.dataset.expected = "";
    add("inside", 1);
    count();
  }

  function add(name, number) {
    const shown = document.querySelector(`[data-count="${name}"]`);
    shown.textContent = Number(shown.textContent) + number;
  }

  function count() {
    const number = (name) =>
      Number(document.querySelector(`[data-count="${name}"]`)?.textContent ?? 0);
    document.querySelector('[data-count="missing"]').textContent = Math.max(
      0, number("expected") - number("inside") - number("excused"),
    );
  }

  // Marks rows whose tap is not on the server yet, or was refused. What the server knows
  // is in the rows already.
  function show() {
    const waiting = taps.waiting;
    const mine = new Map(
      waiting.filter((tap) => tap.session === session).map((tap) => [tap.person, tap]),
    );
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
      const answer = await fetch(location.href, { signal: AbortSignal.timeout(PATIENCE) });
      const isDoor = answer.ok && !answer.redirected;
      const isOurs = isDoor && take(parsed(await answer.text()));
      tell("signed-out", answer.redirected || (isDoor && !isOurs));
    } catch {
      // Without a network the page stays as it is.
    }
  }

  function take(page) {
    const fresh = page.querySelector("form[data-door]");
    // Another user has signed in meanwhile, who must not send these taps.
    if (fresh?.dataset.user !== user) return false;
    form.elements.csrfmiddlewaretoken.value = fresh.elements.csrfmiddlewaretoken.value;
    form.querySelector("[data-list]").replaceWith(fresh.querySelector("[data-list]"));
    document.querySelector("[data-counts]").replaceWith(page.querySelector("[data-counts]"));
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
  }

  search.addEventListener("input", find);
  show();
  find();
  taps.flush();
}
