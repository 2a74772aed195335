/** What opens over the page: the guidelines, with those of each question, and the doubt about an untouched proposal. */

import type { MyCampaign } from "../../api/types";
import { type Form, titleOfQuestion } from "../../domain/form";
import { t } from "../../i18n";
import { Content } from "../../ui/Content";
import { Dialog } from "../../ui/parts";

export function Guidelines({ campaign, form, onClose }: { campaign: MyCampaign; form: Form; onClose: () => void }) {
  const own = form.filter((question) => question.guideline);
  return (
    <Dialog title={t("Guidelines")} onClose={onClose}>
      <p className="question">{campaign.question}</p>
      {campaign.guidelines && <Content text={campaign.guidelines} />}
      {own.map((question) => (
        <section key={question.name}>
          <h3>{titleOfQuestion(question)}</h3>
          <Content text={question.guideline ?? ""} />
        </section>
      ))}
      {!campaign.guidelines && own.length === 0 && <p className="quiet">{t("None were written for this campaign.")}</p>}
    </Dialog>
  );
}

/** Going back has the focus: a second Enter must not send what the first one was stopped for. */
export function Doubt({ ranking, onSend, onClose }: { ranking: boolean; onSend: () => void; onClose: () => void }) {
  return (
    <Dialog title={t("You changed nothing. Continue?")} onClose={onClose}>
      <p>
        {ranking
          ? t("The order is still the one the answers were shown in, which is random.")
          : t("The text is still the one the model wrote.")}
      </p>
      <div className="actions doubt">
        <button type="button" className="button primary" ref={(own) => own?.setAttribute("autofocus", "")} onClick={onClose}>
          {t("Go back")}
        </button>
        <button type="button" className="button" onClick={onSend}>
          {t("Send it as it is")}
        </button>
      </div>
    </Dialog>
  );
}
