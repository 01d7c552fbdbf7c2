// Names as core/names.py folds and searches them.

import { APOSTROPHES, LETTERS } from "./folding.js";

const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const SPACE = /[\p{Z}\p{Cc}]/gu;
const MARKED =
  /((?=\p{L})[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}])\p{M}+/gu;
const [I, BREVE, SHORT_I] = ["\u0438", "\u0306", "\u0439"];

export function folded(name) {
  const visible = each(name.replace(INVISIBLE, ""), (letter) =>
    APOSTROPHES.includes(letter) ? "'" : letter,
  );
  let text = each(visible.normalize("NFKD").replace(SPACE, " "), (letter) => {
    const small = letter.toLowerCase();
    return LETTERS[small] ?? small;
  });
  text = text.replace(MARKED, (marked, letter) =>
    letter === I && marked.includes(BREVE) ? SHORT_I : letter,
  ).normalize("NFC");
  const [last, first, ...more] = text.split(",");
  if (first !== undefined && !more.length) text = `${first} ${last}`;
  return words(text).join(" ");
}

// The words of a name or of a search.
export function searched(name) {
  return words(folded(name).replaceAll("'", "").replace(/[^\p{L}\p{M}\p{N}]/gu, " "));
}

const each = (text, change) => Array.from(text, change).join("");
const words = (text) => text.split(" ").filter(Boolean);
