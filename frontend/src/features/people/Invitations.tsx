/** Links that invite into a campaign: for how many, until when, used how often; and the way to take one back. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useRef, useState } from "react";

import { type CampaignRole, type Invitation, people } from "../../api/people";
import { when } from "../../domain/format";
import { roleOf } from "../../domain/names";
import { numberOf, problemOfNumber } from "../../domain/typedNumber";
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

const USES = { least: 1, most: 1000, whole: true };
const DAYS = { least: 1, most: 90, whole: true };

/** One of the numbers of an invitation; what is wrong with it is said when the link is asked for. */
function Counted({ label, name, usual, problem }: { label: string; name: string; usual: number; problem: string | null }) {
  const id = useId();
  return (
    <div className="counted">
      <label>
        {label}
        <input name={name} inputMode="numeric" maxLength={40} autoComplete="off" defaultValue={usual} aria-invalid={problem !== null} aria-describedby={problem ? id : undefined} />
      </label>
      {problem && (
        <p id={id} className="field-problem">
          {problem}
        </p>
      )}
    </div>
  );
}

function NewInvitation({ slug, onSettled }: { slug: string; onSettled: () => void }) {
  const invite = useMutation({ mutationFn: (body: Parameters<typeof people.invite>[1]) => people.invite(slug, body), onSettled });
  const [wrong, setWrong] = useState<Record<"max_uses" | "days", string | null>>({ max_uses: null, days: null });
  const fields = useRef<HTMLFormElement>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const said = new FormData(form);
    const [uses, days] = [String(said.get("max_uses")), String(said.get("days"))];
    const problems = { max_uses: problemOfNumber(uses, USES), days: problemOfNumber(days, DAYS) };
    setWrong(problems);
    const first = problems.max_uses ? "max_uses" : problems.days ? "days" : null;
    if (first) return fields.current?.querySelector<HTMLElement>(`[name=${first}]`)?.focus();
    const body = { role: said.get("role") as CampaignRole, max_uses: numberOf(uses), days: numberOf(days), note: String(said.get("note")) };
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
      <form ref={fields} className="row-form" onSubmit={submit} aria-label={t("New invitation")}>
        <RoleSelect label={t("Role")} name="role" visible />
        <Counted label={t("For how many people")} name="max_uses" usual={1} problem={wrong.max_uses} />
        <Counted label={t("Days it works")} name="days" usual={7} problem={wrong.days} />
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
