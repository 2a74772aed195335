/** The frame around every page: skip link, navigation by role, theme, sign-out. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { NavLink, Outlet, useLocation } from "react-router";

import { api } from "../api/client";
import type { User } from "../api/types";
import { setTheme, type Theme, useTheme } from "./theme";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const SIGN: Record<Theme, string> = { system: "◐", light: "☀", dark: "☾" };

export function ThemeButton() {
  const theme = useTheme();
  return (
    <button
      type="button"
      className="button quiet-button icon-button"
      onClick={() => setTheme(NEXT[theme])}
      aria-label={`Theme: ${theme}. Switch to ${NEXT[theme]}.`}
      title={`Theme: ${theme}`}
    >
      <span aria-hidden="true">{SIGN[theme]}</span>
    </button>
  );
}

export function Brand() {
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
        <rect x="3" y="7" width="10" height="18" rx="3" className="fill-a" />
        <rect x="19" y="7" width="10" height="18" rx="3" className="fill-b" />
        <circle cx="16" cy="16" r="2.4" className="fill-ink" />
      </svg>
      Tiebreak
    </span>
  );
}

export function Shell({ user }: { user: User }) {
  const client = useQueryClient();
  const judging = useLocation().pathname.startsWith("/annotate/");
  const signOut = useMutation({
    mutationFn: api.signOut,
    onSuccess: () => {
      client.setQueryData(["session"], null);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    },
  });
  const manages = user.scopes.includes("manage");
  return (
    <div className={judging ? "shell shell-judging" : "shell"}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="top">
        <NavLink to="/" className="brand-link" aria-label="Tiebreak, home">
          <Brand />
        </NavLink>
        <nav aria-label="Main">
          {user.scopes.includes("annotate") && <NavLink to="/judge">Judge</NavLink>}
          {manages && <NavLink to="/campaigns">Campaigns</NavLink>}
          {manages && <NavLink to="/runs">Runs</NavLink>}
          {manages && <NavLink to="/jobs">Jobs</NavLink>}
        </nav>
        <div className="top-end">
          <span className="who" title={user.role}>
            {user.username}
          </span>
          <ThemeButton />
          <button type="button" className="button quiet-button" onClick={() => signOut.mutate()}>
            Sign out
          </button>
        </div>
      </header>
      <Outlet />
    </div>
  );
}
