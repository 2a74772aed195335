/** Every annotator's figures: how far they can be relied on, which side they lean to, whether they agree with themselves. */

import { csv } from "../../api/desk";
import type { AnnotatorQuality, Quality } from "../../api/quality";
import { count, decimal, seconds } from "../../domain/format";
import { noticed, whyNot } from "../../domain/quality";
import { t } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { IntervalLine } from "../../ui/IntervalLine";
import { Panel } from "../../ui/parts";
import { Table, TableRow } from "../../ui/Table";

function How({ found }: { found: Quality["reliability"] }) {
  if (found.by === null) return <p className="quiet">{t("Nobody's reliability is known: {{why}}", { why: whyNot(found.why) })}</p>;
  return (
    <p className="quiet">
      {found.by === "preferences"
        ? t("Right is how often somebody would choose the better completion of a typical pair, found from how people agree (Crowd-BT).")
        : t("Right is how often somebody would name the true class, found from how people agree (Dawid and Skene).")}{" "}
      {t("A weight is what an answer counts in training; 1 is the average.")}{" "}
      {t("A name comes with something to talk about only where luck hardly explains it, however often you look; nothing follows from it by itself.")}
    </p>
  );
}

function Right({ row, chance }: { row: AnnotatorQuality; chance: number }) {
  if (row.reliability === null) return <>–</>;
  const { right, low, high } = row.reliability;
  return <IntervalLine value={right} low={low} high={high} mark={chance} />;
}

/** What to talk about with this person. Nothing else follows from it. */
function Notices({ row }: { row: AnnotatorQuality }) {
  if (row.notices.length === 0) return null;
  return (
    <ul className="notices">
      {row.notices.map((one) => (
        <li key={`${one.kind} ${one.other ?? ""}`} className="flagged">
          {noticed(one)}
        </li>
      ))}
    </ul>
  );
}

function Counted({ found }: { found: AnnotatorQuality["gold"] }) {
  if (found === null) return <>–</>;
  return <IntervalLine value={found.share} low={found.low} high={found.high} mark={0.5} />;
}

function Row({ row, chance }: { row: AnnotatorQuality; chance: number }) {
  return (
    <TableRow
      cells={[
        <>
          {row.username}
          <Notices row={row} />
        </>,
        <Right row={row} chance={chance} />,
        decimal(row.reliability?.weight),
        <Counted found={row.left} />,
        <Counted found={row.gold} />,
        <Counted found={row.repeats} />,
        count(row.answers),
        count(row.skips),
        seconds(row.median_active_ms),
      ]}
    />
  );
}

export function AnnotatorsPanel({ slug, found }: { slug: string; found: Quality }) {
  const title = t("Annotators");
  return (
    <Panel title={title} wide aside={<CsvLink href={csv.table(slug, "quality")} of={title} />}>
      <How found={found.reliability} />
      <Table
        name={t("Table of annotators")}
        heads={[t("Annotator"), t("Right, with interval"), t("Weight"), t("Chose left, with interval"), t("Gold, with interval"), t("Same when asked again"), t("Answers"), t("Skips"), t("Median time")]}
        figures={[2, 6, 7, 8]}
      >
        {found.annotators.map((row) => (
          <Row key={row.user} row={row} chance={found.reliability.chance} />
        ))}
      </Table>
    </Panel>
  );
}
