import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/pages.css";
import "./styles/annotate.css";
import "./styles/shell.css";
import "./styles/people.css";

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";

import { App } from "./App";
import { ApiError } from "./api/client";
import { preferred, speak } from "./i18n";
import { useLanguage } from "./ui/language";
import { outOfReach } from "./ui/Stopped";

/** A session that ended on the server ends here too: the sign-in page appears where the person was. */
function onError(error: Error): void {
  const ended = error instanceof ApiError && error.status === 401 && error.code !== "bad_credentials";
  if (ended) client.setQueryData(["session"], null);
}

/** What is refused to a part of a page may be refused to all of its campaign: the page's frame looks, and says so once. */
function onRefusal(error: Error, { queryKey: [what, slug] }: { queryKey: readonly unknown[] }): void {
  onError(error);
  const judging = window.location.pathname.startsWith("/annotate/"); // what is said there is never taken away by a look
  if (outOfReach(error) && what !== "my-campaign" && !judging) void client.invalidateQueries({ queryKey: ["my-campaign", slug] });
}

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: onRefusal }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 3 && error instanceof ApiError && error.retryable,
      refetchOnWindowFocus: false,
    },
  },
});

// A page that was open through an upgrade asks for parts that are gone; the new page has new ones. Not in the first
// seconds, so that a part that is really missing cannot make the page reload for ever.
window.addEventListener("vite:preloadError", (event) => {
  if (performance.now() < 10_000) return;
  event.preventDefault();
  window.location.reload();
});

/** Texts are looked up while drawing, so another language draws the page again; what was typed into it stays. */
function Root() {
  useLanguage();
  return <App />;
}

function draw(): void {
  const root = document.getElementById("root");
  if (!root) throw new Error("The page has no #root element.");
  createRoot(root).render(
    <QueryClientProvider client={client}>
      <BrowserRouter>
        <Root />
      </BrowserRouter>
    </QueryClientProvider>,
  );
}

// A dictionary that cannot be had is no reason to show nothing: the page is then English.
speak(preferred()).then(draw, draw);
