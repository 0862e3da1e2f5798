// Runs before the first paint, so that a remembered theme does not flash; the rest is in src/components/theme-toggle.ts.
try {
  const theme = localStorage.getItem("tenure-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed in this browser; the system's preference holds.
}
