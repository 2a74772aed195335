/** What verifiers and reward parts say of one completion, in words and numbers. */

import type { Evidence } from "../../domain/reading/notes";
import { numbers, t } from "../../i18n";

function inWords(value: Evidence["value"]): string {
  if (typeof value === "boolean") return value ? t("✓ yes") : t("✗ no");
  if (typeof value === "string") return value;
  return Number.isFinite(value) ? numbers({ maximumSignificantDigits: 4 }).format(value).replace("-", "−") : "–";
}

export function EvidenceList({ evidence, of }: { evidence: Evidence[]; of: string }) {
  if (evidence.length === 0) return null;
  return (
    <dl className="evidence" aria-label={t("What is known of answer {{name}}", { name: of })}>
      {evidence.map(({ name, value }, index) => (
        <div key={index} className={typeof value === "boolean" ? `evidence-${value ? "yes" : "no"}` : "evidence-value"}>
          <dt>
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <bdi>{inWords(value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
