// Light or dark: the system decides, until the button does.

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export function switchTheme() {
  const now = document.documentElement.dataset.theme ?? (systemIsDark.matches ? "dark" : "light");
  const theme = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("ouro-theme", theme); // early.js reads it
  } catch {
    // no storage: then until the page is left
  }
}
