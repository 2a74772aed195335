/** The frame around every page: skip link, navigation by role, theme, language, sign-out. */

import { Link, NavLink, Outlet, useLocation } from "react-router";

import type { User } from "../api/types";
import { roleOf } from "../domain/names";
import { t } from "../i18n";
import { Announcer } from "./Announcer";
import { MayBreak } from "./Broken";
import { LanguageButton } from "./language";
import { SignOut } from "./SignOut";
import { setTheme, type Theme, useTheme } from "./theme";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const NAME = { system: "as the system", light: "light", dark: "dark" } as const;
const SIGN: Record<Theme, string> = { system: "◐", light: "☀", dark: "☾" };

function ThemeButton() {
  const theme = useTheme();
  const [now, next] = [t(NAME[theme]), t(NAME[NEXT[theme]])];
  return (
    <button
      type="button"
      className="button quiet-button icon-button"
      onClick={() => setTheme(NEXT[theme])}
      aria-label={t("Theme: {{now}}. Switch to: {{next}}.", { now, next })}
      title={t("Theme: {{now}}", { now })}
    >
      <span aria-hidden="true">{SIGN[theme]}</span>
    </button>
  );
}

/** How the page looks and what it speaks: on every page, before signing in too. */
export function Preferences() {
  return (
    <>
      <LanguageButton />
      <ThemeButton />
    </>
  );
}

export function Foot() {
  return (
    <footer className="foot">
      <Link to="/accessibility">{t("Accessibility")}</Link>
    </footer>
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

/** The frame of pages that need no account. */
export function Doorstep() {
  return (
    <>
      <header className="top">
        <Link to="/" className="brand-link" aria-label={t("Tiebreak, home")}>
          <Brand />
        </Link>
        <div className="top-end">
          <Preferences />
        </div>
      </header>
      <Outlet />
      <Foot />
      <Announcer />
    </>
  );
}

/** Pages of one card at a time, where nothing stands below the decision bar. */
const FILLS_THE_WINDOW = /^\/annotate\/|^\/campaigns\/[^/]+\/(?:disputes|gold\/new)$/;

export function Shell({ user }: { user: User }) {
  const { pathname } = useLocation();
  const judging = FILLS_THE_WINDOW.test(pathname);
  const manages = user.scopes.includes("manage");
  // Of some campaigns at least, and then of what those are about.
  const oversees = manages || user.manages_campaigns;
  const keeps = user.scopes.includes("admin");
  return (
    <div className={judging ? "shell shell-judging" : "shell"}>
      <a className="skip-link" href="#main">
        {t("Skip to content")}
      </a>
      <header className="top">
        <NavLink to="/" className="brand-link" aria-label={t("Tiebreak, home")}>
          <Brand />
        </NavLink>
        <nav aria-label={t("Main")}>
          {user.scopes.includes("annotate") && <NavLink to="/judge">{t("Judge")}</NavLink>}
          {oversees && <NavLink to="/campaigns">{t("Campaigns")}</NavLink>}
          {oversees && <NavLink to="/runs">{t("Runs")}</NavLink>}
          {oversees && <NavLink to="/explorer">{t("Rollouts")}</NavLink>}
          {manages && <NavLink to="/jobs">{t("Jobs")}</NavLink>}
          {keeps && <NavLink to="/people">{t("People")}</NavLink>}
          {keeps && <NavLink to="/audit">{t("Audit log")}</NavLink>}
        </nav>
        <div className="top-end">
          <NavLink to="/account" className="who" title={t("Your account ({{role}})", { role: roleOf(user.role) })}>
            {user.username}
          </NavLink>
          <Preferences />
          <SignOut user={user} />
        </div>
      </header>
      <MayBreak at={pathname}>
        <Outlet />
      </MayBreak>
      {!judging && <Foot />}
      <Announcer />
    </div>
  );
}
