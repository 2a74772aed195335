/** The people of one campaign: who may do what in it, who is paused and why, and the links that invite more. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useParams } from "react-router";

import { csv } from "../../api/desk";
import { type CampaignRole, type Member, people } from "../../api/people";
import { when } from "../../domain/format";
import { roleOf } from "../../domain/names";
import { t, tn } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { Dialog, Loading, Page, Panel, Problem } from "../../ui/parts";
import { useCampaign } from "../campaigns/useCampaign";
import { CampaignNav } from "../dashboard/CampaignNav";
import { Invitations } from "./Invitations";
import { RoleSelect } from "./RoleSelect";

export default function CampaignPeople() {
  const { slug = "" } = useParams();
  const campaign = useCampaign(slug);
  return (
    <Page
      title={campaign.data ? t("People of {{campaign}}", { campaign: campaign.data.name }) : t("People")}
      actions={
        <Link className="button" to={`/campaigns/${slug}`}>
          {t("Back to the campaign")}
        </Link>
      }
    >
      <CampaignNav slug={slug} />
      {campaign.isError && <Problem error={campaign.error} />}
      <Members slug={slug} />
      <Invitations slug={slug} closed={campaign.data?.state === "closed"} />
    </Page>
  );
}

function useMembers(slug: string) {
  const client = useQueryClient();
  const key = ["members", slug];
  const onSettled = () => client.invalidateQueries({ queryKey: key });
  const listed = useQuery({ queryKey: key, queryFn: () => people.members(slug) });
  const change = useMutation({
    mutationFn: ({ user, ...body }: { user: number; role?: CampaignRole; paused?: boolean; because?: string }) =>
      people.changeMember(slug, user, { because: "", ...body }),
    onSettled,
  });
  const remove = useMutation({ mutationFn: (user: number) => people.removeMember(slug, user), onSettled });
  const add = useMutation({
    mutationFn: ({ username, role }: { username: string; role: CampaignRole }) => people.addMember(slug, username, role),
    onSettled,
  });
  return { listed, change, remove, add };
}

type Members = ReturnType<typeof useMembers>;

function Members({ slug }: { slug: string }) {
  const members = useMembers(slug);
  const { listed, change, remove } = members;
  return (
    <Panel
      title={t("Members")}
      aside={
        listed.data && (
          <span className="quiet">
            {tn(listed.data.length, "{{n}} person", "{{n}} people")} · <CsvLink href={csv.table(slug, "members")} of={t("Members")} />
          </span>
        )
      }
    >
      {listed.isPending && <Loading />}
      {[listed, change, remove].map(({ isError, error }, which) => isError && <Problem key={which} error={error} />)}
      {listed.data?.length === 0 && <p className="quiet">{t("Nobody belongs to this campaign yet. Add people who have an account, or invite others by a link.")}</p>}
      <ul className="lines">
        {listed.data?.map((member) => <MemberLine key={member.user} member={member} members={members} />)}
      </ul>
      <AddMember add={members.add} />
    </Panel>
  );
}

function MemberLine({ member, members }: { member: Member; members: Members }) {
  const { change, remove } = members;
  const name = member.username;
  const [pausing, setPausing] = useState(false);
  const drop = () => {
    if (window.confirm(t("Remove {{name}} from this campaign? What they said stays.", { name }))) remove.mutate(member.user);
  };
  return (
    <li className="line">
      <div>
        <strong>{name}</strong>
        {!member.active && <span className="badge badge-failed">{t("no access")}</span>}
        {member.paused_at && <span className="badge badge-paused">{t("paused")}</span>}
        <span className="cell-detail">
          {member.paused_at
            ? t("since {{when}}: {{because}}", { when: when(member.paused_at), because: member.paused_because })
            : t("on the whole site: {{role}}", { role: roleOf(member.site_role) })}
        </span>
      </div>
      <div className="actions">
        <RoleSelect
          label={t("Role of {{name}}", { name })}
          value={member.role}
          onChange={(role) => change.mutate({ user: member.user, role })}
        />
        {member.paused_at ? (
          <>
            <button type="button" className="button" onClick={() => setPausing(true)} aria-label={t("Keep paused: {{name}}", { name })}>
              {t("Keep paused")}
            </button>
            <button type="button" className="button" onClick={() => change.mutate({ user: member.user, paused: false })} aria-label={t("Let go on: {{name}}", { name })}>
              {t("Let go on")}
            </button>
          </>
        ) : (
          <button type="button" className="button" onClick={() => setPausing(true)} aria-label={t("Pause {{name}}", { name })}>
            {t("Pause")}
          </button>
        )}
        <button type="button" className="button" onClick={drop} aria-label={t("Remove {{name}}", { name })}>
          {t("Remove")}
        </button>
      </div>
      {pausing && <Pausing name={name} again={member.paused_at !== null} onClose={() => setPausing(false)} onPause={(because) => change.mutate({ user: member.user, paused: true, because })} />}
    </li>
  );
}

/** A dialog that opens looks for this attribute, which React's own autoFocus does not set. */
function focusedByDialog(input: HTMLInputElement | null): void {
  input?.setAttribute("autofocus", "");
}

interface PausingProps {
  name: string;
  /** Paused already, by a score or a manager: then what is said here takes its place. */
  again: boolean;
  onClose: () => void;
  onPause: (because: string) => void;
}

function Pausing({ name, again, onClose, onPause }: PausingProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onPause(String(new FormData(event.currentTarget).get("because")));
    onClose();
  };
  return (
    <Dialog title={again ? t("Keep {{name}} paused", { name }) : t("Pause {{name}}", { name })} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label>
          {t("Why? {{name}} will read this.", { name })}
          <input name="because" required maxLength={300} autoComplete="off" ref={focusedByDialog} />
        </label>
        {again && <p className="hint">{t("Your word takes the place of the reason there is: no better score lets them go on by itself.")}</p>}
        <p className="hint">{t("No new cards until you let them go on; what they hold they may still answer.")}</p>
        <div>
          <button type="submit" className="button primary">
            {t("Pause")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function AddMember({ add }: { add: Members["add"] }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const said = new FormData(form);
    add.mutate(
      { username: String(said.get("username")), role: said.get("role") as CampaignRole },
      { onSuccess: () => form.reset() },
    );
  };
  return (
    <form className="row-form" onSubmit={submit} aria-label={t("Add somebody who has an account")}>
      <label>
        {t("Username")}
        <input name="username" required maxLength={150} autoComplete="off" />
      </label>
      <RoleSelect label={t("Role")} name="role" visible />
      <button type="submit" className="button primary" disabled={add.isPending}>
        {t("Add")}
      </button>
      {add.isError && <Problem error={add.error} />}
    </form>
  );
}
