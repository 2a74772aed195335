import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { people, type Scope, type Token } from "../../api/people";
import type { User } from "../../api/types";
import { dated, when } from "../../domain/format";
import { DAYS, daysLeft, endOf, mayBeEndless, USUAL_DAYS } from "../../domain/tokens";
import { t, tn } from "../../i18n";
import { Copyable } from "../../ui/Copyable";
import { Loading, Panel, Problem } from "../../ui/parts";

const MEANINGS = {
  "rollouts:write": "send rollouts",
  "rewards:read": "read rewards and versions",
  annotate: "answer cards as you",
  manage: "manage campaigns",
  admin: "manage people, read the audit log",
} as const;

function NewToken({ user }: { user: User }) {
  const client = useQueryClient();
  const [scopes, setScopes] = useState<Scope[]>([]);
  const make = useMutation({
    mutationFn: ({ name, days }: { name: string; days: number | null }) => people.makeToken(name, scopes, days),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const said = new FormData(form);
    const days = Number(said.get("days")) || null;
    make.mutate(
      { name: String(said.get("name")), days },
      {
        onSuccess: () => {
          form.reset();
          setScopes([]);
        },
      },
    );
  };
  const toggle = (scope: Scope, on: boolean) => setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope));
  return (
    <>
      {make.data && (
        <Copyable
          label={t("Token {{name}}", { name: make.data.name })}
          text={make.data.token}
          hint={t("Copy it now: it is shown only this once.")}
        />
      )}
      <form className="form" onSubmit={submit}>
        <label>
          {t("What the token is for")}
          <input name="name" maxLength={100} required autoComplete="off" />
        </label>
        <fieldset className="field">
          <legend>{t("It may")}</legend>
          {user.scopes.map((scope) => (
            <label key={scope} className="check tick">
              <input type="checkbox" checked={scopes.includes(scope)} onChange={(event) => toggle(scope, event.target.checked)} />
              {t(MEANINGS[scope])}
            </label>
          ))}
        </fieldset>
        <label>
          {t("It ends after")}
          <select name="days" defaultValue={USUAL_DAYS}>
            {DAYS.map((days) => (
              <option key={days} value={days}>
                {tn(days, "{{n}} day", "{{n}} days")}
              </option>
            ))}
            {mayBeEndless(scopes) && <option value="0">{t("never, until it is revoked")}</option>}
          </select>
        </label>
        <p className="hint">{t("Only a token that sends rollouts or reads rewards may be without an end.")}</p>
        {make.isError && <Problem error={make.error} />}
        <div>
          <button type="submit" className="button primary" disabled={make.isPending || scopes.length === 0}>
            {t("Make a token")}
          </button>
        </div>
      </form>
    </>
  );
}

function Ending({ token }: { token: Token }) {
  const end = endOf(token.expires_at, Date.now());
  if (end === "past") return <span className="badge badge-failed">{t("expired")}</span>;
  if (end === "soon" && token.expires_at) {
    const left = daysLeft(token.expires_at, Date.now());
    return <span className="badge badge-paused">{tn(left, "ends in {{n}} day", "ends in {{n}} days")}</span>;
  }
  return null;
}

function Line({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const ask = () => window.confirm(t("Revoke this token? What uses it stops working.")) && onRevoke();
  return (
    <li className="line">
      <div>
        <strong>{token.name}</strong> <Ending token={token} />
        <span className="cell-detail">
          {t("may {{scopes}} · made {{when}}", {
            scopes: token.scopes.map((scope) => t(MEANINGS[scope])).join(", "),
            when: when(token.created_at),
          })}
        </span>
        <span className="cell-detail">
          {token.last_used_at ? t("last used {{when}}", { when: when(token.last_used_at) }) : t("never used")}
          {" · "}
          {token.expires_at ? t("ends {{when}}", { when: dated(token.expires_at) }) : t("never ends by itself")}
        </span>
      </div>
      <button type="button" className="button" aria-label={t("Revoke {{name}}", { name: token.name })} onClick={ask}>
        {t("Revoke")}
      </button>
    </li>
  );
}

/** Said once at the top, since what stops working at night is seldom looked for in a list. */
function Reminder({ tokens }: { tokens: Token[] }) {
  const soon = tokens.filter((token) => endOf(token.expires_at, Date.now()) === "soon");
  if (soon.length === 0) return null;
  const names = soon.map((token) => token.name).join(", ");
  return (
    <p className="reminder" role="status">
      {tn(soon.length, "{{n}} token ends within two weeks: {{names}}.", "{{n}} tokens end within two weeks: {{names}}.", { names })}{" "}
      {t("Make a new one and put it in the old one's place; then revoke the old one.")}
    </p>
  );
}

export function Tokens({ user }: { user: User }) {
  const client = useQueryClient();
  const listed = useQuery({ queryKey: ["tokens"], queryFn: people.tokens });
  const revoke = useMutation({
    mutationFn: people.revokeToken,
    onSettled: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  return (
    <Panel title={t("API tokens")} wide>
      <p className="quiet">{t("A token lets a script or a trainer act as you, within what you allow it. Changing your password does not end tokens; revoking does, at once.")}</p>
      {listed.isPending && <Loading />}
      {[listed, revoke].map(({ isError, error }, which) => isError && <Problem key={which} error={error} />)}
      <Reminder tokens={listed.data ?? []} />
      <ul className="lines">
        {listed.data?.map((token) => <Line key={token.id} token={token} onRevoke={() => revoke.mutate(token.id)} />)}
      </ul>
      <NewToken user={user} />
    </Panel>
  );
}
