/** What to look at now, the most serious first. Nothing at all while all is well. */

import { Link } from "react-router";

import type { Alarm } from "../../api/desk";
import { told } from "../../domain/alarms";
import { t } from "../../i18n";

export function Alarms({ alarms, slug }: { alarms: Alarm[]; slug: string }) {
  if (alarms.length === 0) return null;
  return (
    <section className="alarms" aria-label={t("What to look at")}>
      <ul>
        {alarms.map((alarm, at) => {
          const { text, to } = told(alarm);
          return (
            <li key={`${alarm.code} ${at}`} className={`alarm alarm-${alarm.level}`}>
              <span className="alarm-sign" aria-hidden="true">
                {alarm.level === "serious" ? "!" : "·"}
              </span>
              <span className="visually-hidden">{alarm.level === "serious" ? t("Serious:") : t("Worth a look:")}</span>
              <span>{text}</span>
              {to !== null && <Link to={to.startsWith("/") ? to : `/campaigns/${slug}/${to}`}>{t("Look")}</Link>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
