/** How the work stands: what is on its way to the server, and what there is to do when no card is in hand. */

import { useQueryClient } from "@tanstack/react-query";

import type { Card } from "../../api/types";
import { asked, summary } from "../../domain/messages";
import { tn, t } from "../../i18n";
import { Judged } from "../../ui/Judged";
import type { Snapshot } from "./session";

function wordsFor(supply: Snapshot["supply"], because: string): [title: string, more: string] {
  switch (supply) {
    case "loading":
    case "ready":
      return [t("Dealing cards…"), ""];
    case "empty":
      return [t("Nothing to judge right now"), t("New cards appear here by themselves. You can leave this page open.")];
    case "all_done":
      return [t("All done"), t("Everything this campaign may ask has been answered. Thank you.")];
    case "for_others":
      return [t("The cards that are left wait for others"), t("You have judged them, or all you may. New cards appear here by themselves.")];
    case "campaign_paused":
      return [t("This campaign is paused"), t("Its manager has stopped asking for now. Cards appear here by themselves when it goes on.")];
    case "unreachable":
      return [t("The server cannot be reached"), t("Your answers are kept on this device and sent as soon as it answers again.")];
    case "signed_out":
      return [t("You are signed out"), t("Your answers are kept on this device, and sent when you sign in again.")];
    case "paused":
      return [t("You are paused in this campaign"), because];
    case "closed":
      return [t("This campaign is not asking any more"), t("Thank you. Everything you said has been kept.")];
  }
}

/** Says that another card lies there, and what it is about, to those who do not see it come. */
export function NextCard({ card }: { card: Card | null }) {
  return (
    <p className="visually-hidden" role="status">
      {card && (
        <span key={card.assignment}>
          {t("Card:")} <Judged text={summary(asked(card.prompt), 100)} />
        </span>
      )}
    </p>
  );
}

/** To the sign-in page and back to this one: what was answered, and what was begun, is there again. */
function SignInAgain() {
  const client = useQueryClient();
  return (
    <button type="button" className="button" onClick={() => client.setQueryData(["session"], null)}>
      {t("Sign in")}
    </button>
  );
}

export function Supply({ supply, because }: Pick<Snapshot, "supply" | "because">) {
  const [title, more] = wordsFor(supply, because);
  return (
    <div className="supply">
      <div role="status">
        <p className="supply-title">{title}</p>
        <p className="quiet">{more}</p>
      </div>
      {supply === "signed_out" && <SignInAgain />}
    </div>
  );
}

function unsent({ unsent: n, sending }: Snapshot): string {
  switch (sending) {
    case "no":
      return t("{{n}} unsent", { n });
    case "unreachable":
      return t("{{n}} unsent, waiting for the server", { n });
    case "signed_out":
      return t("{{n}} unsent, sign in again to send", { n });
  }
}

export function Sending({ snapshot }: { snapshot: Snapshot }) {
  if (snapshot.unsent === 0) return null;
  return (
    <>
      <span className={snapshot.sending === "no" ? "unsent" : "unsent is-waiting"}>{unsent(snapshot)}</span>
      {snapshot.sending === "signed_out" && snapshot.supply !== "signed_out" && <SignInAgain />}
    </>
  );
}

export function Counted({ n }: { n: number }) {
  return <span className="quiet">{tn(n, "{{n}} answer", "{{n}} answers")}</span>;
}
