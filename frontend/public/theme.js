// Runs before the first paint, so that a chosen theme never flashes the other one.
try {
  var theme = localStorage.getItem("tiebreak.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (error) {
  // Storage can be switched off; the system's theme then applies.
}
