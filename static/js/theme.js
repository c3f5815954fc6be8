/* Without this: the form in the footer posts the look, and the server writes it into the page.
   With it the choice shows at once, before the form is saved. */
const YEAR_SECONDS = 31536000;

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-preferences] [name=theme]")) return;
  const theme = event.target.value;
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR_SECONDS : 0}; samesite=lax`;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
});
