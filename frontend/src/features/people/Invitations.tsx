/** Links that invite into a campaign: for how many, until when, used how often; and the way to take one back. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { type CampaignRole, type Invitation, people } from "../../api/people";
import { when } from "../../domain/format";
import { roleOf } from "../../domain/names";
import { t } from "../../i18n";
import { Copyable } from "../../ui/Copyable";
import { Loading, Panel, Problem } from "../../ui/parts";
import { RoleSelect } from "./RoleSelect";

export function Invitations({ slug, closed }: { slug: string; closed: boolean }) {
  const client = useQueryClient();
  const key = ["invitations", slug];
  const onSettled = () => client.invalidateQueries({ queryKey: key });
  const listed = useQuery({ queryKey: key, queryFn: () => people.invitations(slug) });
  const revoke = useMutation({ mutationFn: (id: number) => people.revokeInvitation(slug, id), onSettled });
  return (
    <Panel title={t("Invitations")}>
      <p className="quiet">{t("Whoever opens a link joins with its role, with a new account or their own. Send it to the person only; it is not shown again.")}</p>
      {listed.isPending && <Loading />}
      {[listed, revoke].map(({ isError, error }, which) => isError && <Problem key={which} error={error} />)}
      <ul className="lines">
        {listed.data?.map((one) => <Line key={one.id} invitation={one} onRevoke={() => revoke.mutate(one.id)} />)}
      </ul>
      {closed ? <p className="quiet">{t("A closed campaign invites nobody.")}</p> : <NewInvitation slug={slug} onSettled={onSettled} />}
    </Panel>
  );
}

function Line({ invitation, onRevoke }: { invitation: Invitation; onRevoke: () => void }) {
  const { note, role, uses, max_uses, made_by, expires_at, usable } = invitation;
  const name = note || roleOf(role);
  return (
    <li className="line">
      <div>
        <strong>{name}</strong> <span className={usable ? "badge badge-open" : "badge"}>{usable ? t("open") : t("ended")}</span>
        <span className="cell-detail">
          {t("{{role}} · used {{uses}} of {{all}} times · by {{name}} · until {{when}}", {
            role: roleOf(role),
            uses,
            all: max_uses,
            name: made_by,
            when: when(expires_at),
          })}
        </span>
      </div>
      {usable && (
        <button type="button" className="button" onClick={onRevoke} aria-label={t("Take back: {{name}}", { name })}>
          {t("Take back")}
        </button>
      )}
    </li>
  );
}

function NewInvitation({ slug, onSettled }: { slug: string; onSettled: () => void }) {
  const invite = useMutation({ mutationFn: (body: Parameters<typeof people.invite>[1]) => people.invite(slug, body), onSettled });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const said = new FormData(form);
    const body = {
      role: said.get("role") as CampaignRole,
      max_uses: Number(said.get("max_uses")),
      days: Number(said.get("days")),
      note: String(said.get("note")),
    };
    invite.mutate(body, { onSuccess: () => form.reset() });
  };
  return (
    <>
      {invite.data && (
        <Copyable
          label={t("Link for {{role}}", { role: invite.data.note || roleOf(invite.data.role) })}
          text={people.invitationUrl(invite.data.token)}
          hint={t("Copy it now: it is shown only this once.")}
        />
      )}
      <form className="row-form" onSubmit={submit} aria-label={t("New invitation")}>
        <RoleSelect label={t("Role")} name="role" visible />
        <label>
          {t("For how many people")}
          <input name="max_uses" type="number" min={1} max={1000} defaultValue={1} required />
        </label>
        <label>
          {t("Days it works")}
          <input name="days" type="number" min={1} max={90} defaultValue={7} required />
        </label>
        <label className="grow">
          {t("Whom it is for (only managers see this)")}
          <input name="note" maxLength={200} autoComplete="off" />
        </label>
        <button type="submit" className="button primary" disabled={invite.isPending}>
          {t("Make a link")}
        </button>
        {invite.isError && <Problem error={invite.error} />}
      </form>
    </>
  );
}
