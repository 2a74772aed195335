/** Where an invitation's link leads: what one is invited to, and one step to be in. The secret never leaves the part
 * of the address that browsers keep to themselves. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";

import { type Joined, people } from "../../api/people";
import type { User } from "../../api/types";
import { when } from "../../domain/format";
import { roleOf } from "../../domain/names";
import { t } from "../../i18n";
import { Loading, Page, Problem } from "../../ui/parts";
import { SignedOutPage, SignInForm, SingleSignOn } from "../login/Login";
import { PasswordField } from "../login/PasswordField";

export default function Invite({ user }: { user: User | null }) {
  const { hash } = useLocation();
  const token = hash.slice(1);
  const seen = useQuery({ queryKey: ["invited", token], queryFn: () => people.lookAtInvitation(token), retry: false });
  const accept = useAccept(token);
  return (
    <Frame user={user} title={seen.data ? t("You are invited to {{campaign}}", { campaign: seen.data.campaign }) : t("Invitation")}>
      {seen.isPending && <Loading />}
      {seen.isError && <Problem error={seen.error} />}
      {seen.data && (
        <>
          <p>{seen.data.question}</p>
          <p className="quiet">
            {t("Your part: {{role}}. The link works until {{when}}.", { role: roleOf(seen.data.role), when: when(seen.data.expires_at) })}
          </p>
          {user ? <Join user={user} accept={accept} /> : <ComeIn accept={accept} />}
        </>
      )}
    </Frame>
  );
}

function Frame({ user, title, children }: { user: User | null; title: string; children: ReactNode }) {
  if (!user) return <SignedOutPage title={title}>{children}</SignedOutPage>;
  return (
    <Page title={title}>
      <div className="panel invite">{children}</div>
    </Page>
  );
}

type Account = { username: string; password: string } | undefined;

function useAccept(token: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (account: Account) => people.acceptInvitation(token, account),
    onSuccess: async ({ campaign, role, user }: Joined & { user: User }) => {
      client.setQueryData(["session"], user);
      await client.invalidateQueries({ queryKey: ["my-campaigns"] });
      const judges = user.scopes.includes("annotate") && role !== "manager";
      navigate(judges ? `/annotate/${campaign}` : role === "manager" ? `/campaigns/${campaign}` : "/judge", { replace: true });
    },
  });
}

type Accept = ReturnType<typeof useAccept>;

function Join({ user, accept }: { user: User; accept: Accept }) {
  return (
    <>
      {accept.isError && <Problem error={accept.error} />}
      <div className="actions">
        <button type="button" className="button primary" disabled={accept.isPending} onClick={() => accept.mutate(undefined)} autoFocus>
          {t("Join as {{name}}", { name: user.username })}
        </button>
        <Link className="button" to="/">
          {t("Not now")}
        </Link>
      </div>
    </>
  );
}

/** Without an account one is made; with one, signing in here joins at once: whoever opened the link wants to. */
function ComeIn({ accept }: { accept: Accept }) {
  const [known, setKnown] = useState(false);
  return (
    <>
      {known ? <SignInForm then={() => accept.mutateAsync(undefined)} /> : <NewAccount accept={accept} />}
      {/* The server holds on to the invitation meanwhile: its secret is in no address that a log could keep. */}
      <SingleSignOn next="/" />
      <button type="button" className="button quiet-button" onClick={() => setKnown(!known)}>
        {known ? t("I have no account yet") : t("I have an account already")}
      </button>
    </>
  );
}

function NewAccount({ accept }: { accept: Accept }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    accept.mutate({ username: String(said.get("username")), password: String(said.get("password")) });
  };
  return (
    <form className="form" onSubmit={submit}>
      <label>
        {t("Choose a username")}
        <input name="username" autoComplete="username" maxLength={150} required autoFocus />
      </label>
      <PasswordField
        label={t("Choose a password")}
        name="password"
        autoComplete="new-password"
        minLength={12}
        hint={t("At least 12 characters; no common password, not only digits, not like your name.")}
      />
      {accept.isError && <Problem error={accept.error} />}
      <button type="submit" className="button primary" disabled={accept.isPending}>
        {t("Make my account and join")}
      </button>
    </form>
  );
}
