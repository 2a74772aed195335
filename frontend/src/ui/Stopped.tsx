/** A page that cannot be shown: why, said once, and one way on. */

import type { ReactNode } from "react";
import { Link } from "react-router";

import { ApiError } from "../api/client";
import { t } from "../i18n";
import { Page, Problem } from "./parts";

/** Whether it is gone, or never was, or is nobody's business here: asking again would not help. */
export function outOfReach(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 403 || error.status === 404);
}

interface Props {
  error: unknown;
  /** Where to go from here, and what that place is called. */
  to: string;
  place: string;
  /** Asks again, for what may come back by itself. */
  retry?: () => void;
}

export function Stopped({ error, to, place, retry }: Props) {
  const gone = outOfReach(error);
  return (
    <NothingHere title={gone ? t("Nothing here") : t("This page cannot be shown now")} to={to} place={place}>
      <Problem error={error} />
      {!gone && retry && (
        <button type="button" className="button primary" onClick={retry}>
          {t("Try again")}
        </button>
      )}
    </NothingHere>
  );
}

interface NothingProps {
  title?: string;
  to?: string;
  place?: string;
  children?: ReactNode;
}

export function NothingHere({ title = t("Nothing here"), to = "/", place = t("To the first page"), children }: NothingProps) {
  return (
    <Page title={title}>
      {children ?? <p className="quiet">{t("This address does not lead anywhere, or your role does not see what it leads to.")}</p>}
      <p>
        <Link to={to}>{place}</Link>
      </p>
    </Page>
  );
}
