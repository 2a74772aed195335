import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { people, type Scope } from "../../api/people";
import type { User } from "../../api/types";
import { when } from "../../domain/format";
import { t } from "../../i18n";
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
    mutationFn: (name: string) => people.makeToken(name, scopes),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    make.mutate(String(new FormData(form).get("name")), {
      onSuccess: () => {
        form.reset();
        setScopes([]);
      },
    });
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
      <ul className="lines">
        {listed.data?.map((token) => (
          <li key={token.id} className="line">
            <div>
              <strong>{token.name}</strong>
              <span className="cell-detail">
                {t("may {{scopes}} · made {{when}}", {
                  scopes: token.scopes.map((scope) => t(MEANINGS[scope])).join(", "),
                  when: when(token.created_at),
                })}
              </span>
            </div>
            <button
              type="button"
              className="button"
              aria-label={t("Revoke {{name}}", { name: token.name })}
              onClick={() => window.confirm(t("Revoke this token? What uses it stops working.")) && revoke.mutate(token.id)}
            >
              {t("Revoke")}
            </button>
          </li>
        ))}
      </ul>
      <NewToken user={user} />
    </Panel>
  );
}
