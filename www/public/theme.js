// Sets the remembered theme before the first paint, so that the page does not flash in the other
// one. The switch itself is src/components/theme-toggle.ts.
try {
  const theme = localStorage.getItem("tenure-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // The browser does not allow storage: the system's preference applies.
}
