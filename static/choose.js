// "Choose all" without loading the page again; opens the form to mark those chosen.
const people = document.querySelectorAll("input[form=several]");
const details = document.querySelector("#several details");

function chosen(event) {
  if (event.target.checked) details.open = true;
}

for (const one of people) one.addEventListener("change", chosen);

document.querySelector("[data-choose-all]")?.addEventListener("click", (event) => {
  event.preventDefault();
  const all = [...people].every((one) => one.checked);
  for (const one of people) one.checked = !all;
  details.open = !all;
});
