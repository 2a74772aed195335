/** Signing out. Where something would be left unsaid or unsent, this is said first, and staying is the first choice. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type MouseEvent, useEffect, useState } from "react";

import type { Left } from "../api/leaving";
import type { User } from "../api/types";
import { whatWasBegun } from "../domain/leaving";
import { t, tn } from "../i18n";
import { Dialog, Problem } from "./parts";

// Here before it is needed: without a network nothing could be fetched any more.
const leaving = () => import("../api/leaving");

export function SignOut({ user }: { user: User }) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<Left | null>(null);
  useEffect(() => void leaving().catch(() => undefined), []);
  // Also without a network: the person is told that it does not work, instead of later being signed out unawares.
  const go = useMutation({
    networkMode: "always",
    mutationFn: async () => (await leaving()).leave(user.id),
    onSuccess: () => {
      client.setQueryData(["session"], null);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    },
  });
  const look = useMutation({
    networkMode: "always",
    mutationFn: async () => (await leaving()).leftBy(user.id),
    onSuccess: (left) => (left.unsent > 0 || left.begun.length > 0 ? setAsked(left) : go.mutate()),
  });
  const busy = look.isPending || go.isPending;
  const failed = go.error ?? look.error;
  const stay = () => {
    setAsked(null);
    go.reset();
    look.reset();
  };
  return (
    <>
      <button type="button" className="button quiet-button" aria-disabled={busy} onClick={() => !busy && look.mutate()}>
        {busy ? t("Signing out…") : t("Sign out")}
      </button>
      {(asked || failed) && <Asking left={asked} failed={failed} busy={busy} onStay={stay} onGo={() => (look.isError ? look : go).mutate()} />}
    </>
  );
}

interface AskingProps {
  left: Left | null;
  failed: Error | null;
  busy: boolean;
  onStay: () => void;
  onGo: () => void;
}

function Asking({ left, failed, busy, onStay, onGo }: AskingProps) {
  const begun = left?.begun ?? [];
  const close = (event: MouseEvent<HTMLElement>) => event.currentTarget.closest("dialog")?.close();
  return (
    <Dialog title={failed ? t("You are still signed in") : t("Sign out now?")} onClose={onStay}>
      <div className="leaving">
        {failed && <Problem error={failed} />}
        {begun.length > 0 && (
          <>
            <p>{t("This is not finished and would be lost, as nothing of it stays on a device that others may use:")}</p>
            <ul className="bullets">
              {begun.map((one) => (
                <li key={one.key}>{whatWasBegun(one)}</li>
              ))}
            </ul>
          </>
        )}
        {!!left?.unsent && (
          <p>
            {tn(
              left.unsent,
              "{{n}} answer has not reached the server yet. It stays on this device, and is sent when you sign in here again.",
              "{{n}} answers have not reached the server yet. They stay on this device, and are sent when you sign in here again.",
            )}
          </p>
        )}
        <div className="actions">
          <button type="button" className="button primary" ref={(own) => own?.setAttribute("autofocus", "")} onClick={close}>
            {t("Stay")}
          </button>
          <button type="button" className={begun.length > 0 ? "button danger" : "button"} aria-disabled={busy} onClick={() => !busy && onGo()}>
            {begun.length > 0 ? t("Sign out and discard") : failed ? t("Try again") : t("Sign out")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
