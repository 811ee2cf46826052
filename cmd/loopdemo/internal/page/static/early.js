// Before anything is drawn: the theme that was chosen last, so that nothing flashes.
try {
  const theme = localStorage.getItem("ouro-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // no storage, as in a private window: then the system's theme
}
