/** Everybody on the site, for administrators: their role in general, and whether they have access. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { csv } from "../../api/desk";
import { people, type Person, type SiteRole } from "../../api/people";
import type { User } from "../../api/types";
import { count, when } from "../../domain/format";
import { roleOf } from "../../domain/names";
import { t } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { Loading, Page, Problem } from "../../ui/parts";
import { Table, TableRow } from "../../ui/Table";

const ROLES: SiteRole[] = ["annotator", "adjudicator", "manager", "admin"];

export default function People({ user }: { user: User }) {
  const client = useQueryClient();
  const listed = useQuery({ queryKey: ["people"], queryFn: people.everybody });
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: number; role?: SiteRole; active?: boolean }) => people.changePerson(id, body),
    onSettled: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
  return (
    <Page title={t("People")} actions={<CsvLink href={csv.people} of={t("everybody")} />}>
      <p className="quiet lead">{t("A role here reaches into every campaign. A role in one campaign is given on that campaign's page. People join by an invitation.")}</p>
      {listed.isPending && <Loading />}
      {[listed, change].map(({ isError, error }, which) => isError && <Problem key={which} error={error} />)}
      {listed.data && (
        <Table name={t("People")} heads={[t("Name"), t("Role"), t("Campaigns"), t("Last signed in"), t("Access")]} figures={[2]}>
          {listed.data.map((person) => (
            <Row key={person.id} person={person} mine={person.id === user.id} onChange={(body) => change.mutate({ id: person.id, ...body })} />
          ))}
        </Table>
      )}
    </Page>
  );
}

interface RowProps {
  person: Person;
  mine: boolean;
  onChange: (body: { role?: SiteRole; active?: boolean }) => void;
}

function Row({ person, mine, onChange }: RowProps) {
  const name = person.username;
  const fixed = mine || person.role === "trainer";
  const toggle = () => {
    if (!person.active || window.confirm(t("End the access of {{name}}? What they said stays.", { name }))) onChange({ active: !person.active });
  };
  return (
    <TableRow
      cells={[
        <>
          {name}
          {person.email && <span className="cell-detail">{person.email}</span>}
        </>,
        fixed ? (
          roleOf(person.role)
        ) : (
          <select aria-label={t("Role of {{name}}", { name })} value={person.role} onChange={(event) => onChange({ role: event.target.value as SiteRole })}>
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {roleOf(role)}
              </option>
            ))}
          </select>
        ),
        count(person.campaigns),
        when(person.last_login),
        mine ? (
          t("you")
        ) : (
          <button type="button" className="button" onClick={toggle} aria-label={person.active ? t("End access: {{name}}", { name }) : t("Give access again: {{name}}", { name })}>
            {person.active ? t("End access") : t("Give access again")}
          </button>
        ),
      ]}
    />
  );
}
