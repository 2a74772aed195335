/** Begins to load the rich renderer before the first card arrives; known to pages that show no text themselves. */
export function preloadRichText(): void {
  void import("./RichText").then(({ preload }) => preload());
}
