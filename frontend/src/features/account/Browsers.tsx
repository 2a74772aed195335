import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { type Browser, people } from "../../api/people";
import { browserName } from "../../domain/browsers";
import { when } from "../../domain/format";
import { t } from "../../i18n";
import { Loading, Panel, Problem } from "../../ui/parts";

function Row({ browser, onEnd }: { browser: Browser; onEnd: () => void }) {
  const name = browserName(browser.agent);
  return (
    <li className="line">
      <div>
        <strong title={browser.agent}>{name}</strong>
        <span className="cell-detail">
          {t("{{address}} · signed in {{started}} · last seen {{seen}}", {
            address: browser.address ?? "–",
            started: when(browser.started_at),
            seen: when(browser.seen_at),
          })}
        </span>
      </div>
      {browser.this ? (
        <span className="badge badge-open">{t("this browser")}</span>
      ) : (
        <button type="button" className="button" onClick={onEnd} aria-label={t("Sign out {{browser}}", { browser: name })}>
          {t("Sign out")}
        </button>
      )}
    </li>
  );
}

export function Browsers() {
  const client = useQueryClient();
  const listed = useQuery({ queryKey: ["browsers"], queryFn: people.browsers });
  const again = () => client.invalidateQueries({ queryKey: ["browsers"] });
  const end = useMutation({ mutationFn: people.endBrowser, onSettled: again });
  const endOthers = useMutation({ mutationFn: people.endOtherBrowsers, onSettled: again });
  const others = listed.data?.filter((one) => !one.this).length ?? 0;
  return (
    <Panel
      title={t("Where you are signed in")}
      aside={
        others > 0 && (
          <button type="button" className="button" onClick={() => endOthers.mutate()} disabled={endOthers.isPending}>
            {t("Sign out everywhere else")}
          </button>
        )
      }
    >
      {listed.isPending && <Loading />}
      {[listed, end, endOthers].map(({ isError, error }, which) => isError && <Problem key={which} error={error} />)}
      <ul className="lines">
        {listed.data?.map((browser) => <Row key={browser.id} browser={browser} onEnd={() => end.mutate(browser.id)} />)}
      </ul>
    </Panel>
  );
}
