/** What to look at now, the most serious first, and what to do about it. Nothing at all while all is well. */

import { Link } from "react-router";

import type { Alarm } from "../../api/desk";
import { gathered, told } from "../../domain/alarms";
import { t } from "../../i18n";

/** From the campaign's own page; what begins with a question mark stays on the page that is open. */
function address(slug: string, to: string): string {
  return /^[/?]/.test(to) ? to : `/campaigns/${slug}/${to}`;
}

export function Alarms({ alarms, slug }: { alarms: Alarm[]; slug: string }) {
  if (alarms.length === 0) return null;
  return (
    <section className="alarms" aria-label={t("What to look at")}>
      <ul>
        {gathered(alarms).map((alike, at) => {
          const { text, advice, to, action } = told(alike);
          const serious = alike[0]?.level === "serious";
          return (
            <li key={`${alike[0]?.code} ${at}`} className={serious ? "alarm alarm-serious" : "alarm alarm-warning"}>
              <span className="alarm-sign" aria-hidden="true">
                {serious ? "!" : "·"}
              </span>
              <span className="visually-hidden">{serious ? t("Serious:") : t("Worth a look:")}</span>
              <span>
                {text} <span className="alarm-advice">{advice}</span>
              </span>
              {to !== null && <Link to={address(slug, to)}>{action ?? t("Look")}</Link>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
