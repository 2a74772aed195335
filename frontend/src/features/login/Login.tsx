/** The way in: name and password, or the organisation's own sign-on where there is one. */

import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect } from "react";
import { useLocation } from "react-router";

import { api } from "../../api/client";
import { t } from "../../i18n";
import { Problem } from "../../ui/parts";
import { Brand, Foot, Preferences } from "../../ui/Shell";
import { PasswordField } from "./PasswordField";
import { refusalSentence } from "./refusals";

export function SignedOutPage({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Tiebreak`;
  }, [title]);
  return (
    <div className="login">
      <header className="login-top">
        <Brand />
        <div className="top-end">
          <Preferences />
        </div>
      </header>
      <main id="main" className="login-main">
        <h1>{title}</h1>
        {children}
      </main>
      <Foot />
    </div>
  );
}

/** A plain link: the browser itself goes to the provider and comes back. */
export function SingleSignOn({ next }: { next: string }) {
  const name = useQuery({ queryKey: ["single-sign-on"], queryFn: async () => (await api.whoIsHere()).single_sign_on, staleTime: Infinity });
  if (!name.data) return null;
  return (
    <div className="other-way">
      <p className="or">{t("or")}</p>
      <a className="button" href={`/api/v1/sso/start?next=${encodeURIComponent(next)}`}>
        {t("Continue with {{name}}", { name: name.data })}
      </a>
    </div>
  );
}

/** Under this the name is kept of whom a page was, when somebody else signed in in another tab. */
export const ENDED_FOR = ["ended-for"];

/** Why this is the sign-in page now, and how either of the two goes on. */
function SomebodyElse() {
  const client = useQueryClient();
  const name = useQuery<string | null>({ queryKey: ENDED_FOR, queryFn: () => null, enabled: false }).data;
  if (!name) return null;
  const goOn = async () => {
    forgetOthers(client);
    await client.refetchQueries({ queryKey: ["session"] });
  };
  return (
    <div className="ended" role="alert">
      <p>{t("Somebody else has signed in in this browser, so nothing more is said here in the name of {{name}}.", { name })}</p>
      <p>{t("What {{name}} has not sent yet is kept on this device until they sign in again.", { name })}</p>
      <button type="button" className="button" onClick={() => void goOn()}>
        {t("Go on as who is signed in now")}
      </button>
    </div>
  );
}

/** What was read for one person is not for the next one. */
function forgetOthers(client: QueryClient): void {
  client.setQueryData(ENDED_FOR, null);
  client.removeQueries({ predicate: (query) => !query.isActive() });
}

/** `then` is done before the page learns who is here; if it fails, they are signed in all the same. */
export function SignInForm({ then }: { then?: () => Promise<unknown> }) {
  const client = useQueryClient();
  const signIn = useMutation({
    mutationFn: async ({ username, password }: { username: string; password: string }) => {
      const user = await api.signIn(username, password);
      forgetOthers(client);
      await then?.().catch(() => undefined);
      return user;
    },
    onSuccess: (user) => client.setQueryData(["session"], user),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ username: String(form.get("username")), password: String(form.get("password")) });
  };
  return (
    <form onSubmit={submit} className="form">
      <label>
        {t("Username")}
        <input name="username" autoComplete="username" required autoFocus />
      </label>
      <PasswordField label={t("Password")} name="password" autoComplete="current-password" />
      {signIn.isError && <Problem error={signIn.error} />}
      <button type="submit" className="button primary" disabled={signIn.isPending}>
        {signIn.isPending ? t("Signing in…") : t("Sign in")}
      </button>
    </form>
  );
}

export function Login() {
  const { pathname, search } = useLocation();
  const refused = new URLSearchParams(search).get("refused");
  return (
    <SignedOutPage title={t("Sign in")}>
      <p className="quiet">{t("People decide where the reward model cannot.")}</p>
      {refused && (
        <p className="problem problem-first" role="alert">
          {refusalSentence(refused)}
        </p>
      )}
      <SomebodyElse />
      <SignInForm />
      <SingleSignOn next={pathname} />
    </SignedOutPage>
  );
}
