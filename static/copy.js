// Shows the buttons that copy, which need JavaScript and a secure connection.
function copies(button) {
  const text = document.getElementById(button.dataset.copy).textContent.trim();
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.nextElementSibling.textContent = button.dataset.copied;
  });
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) copies(button);
}
