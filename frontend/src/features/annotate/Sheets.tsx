/** What opens over the page: the keys, the guidelines with those of each question, the doubt about an untouched proposal. */

import type { MyCampaign } from "../../api/types";
import { type Form, titleOfQuestion } from "../../domain/form";
import { t } from "../../i18n";
import { Content } from "../../ui/Content";
import { Dialog } from "../../ui/parts";
import { KeySheet } from "./KeySheet";
import type { Hand } from "./useHand";

function Guidelines({ campaign, form, onClose }: { campaign: MyCampaign; form: Form; onClose: () => void }) {
  const own = form.filter((question) => question.guideline);
  return (
    <Dialog title={t("Guidelines")} onClose={onClose}>
      <p className="question">{campaign.question}</p>
      {campaign.guidelines && <Content text={campaign.guidelines} ours />}
      {own.map((question) => (
        <section key={question.name}>
          <h3>{titleOfQuestion(question)}</h3>
          <Content text={question.guideline ?? ""} ours />
        </section>
      ))}
      {!campaign.guidelines && own.length === 0 && <p className="quiet">{t("None were written for this campaign.")}</p>}
    </Dialog>
  );
}

/** Going back has the focus: a second Enter must not send what the first one was stopped for. */
function Doubt({ ranking, onSend, onClose }: { ranking: boolean; onSend: () => void; onClose: () => void }) {
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

/** The two sheets that any page of cards can open, in its strip. */
export function SheetButtons({ hand }: { hand: Hand }) {
  return (
    <>
      <button type="button" className="button quiet-button" onClick={() => hand.setSheet("guidelines")}>
        {t("Guidelines")} <kbd aria-hidden="true">H</kbd>
      </button>
      <button type="button" className="button quiet-button" onClick={() => hand.setSheet("keys")}>
        {t("Keys")} <kbd aria-hidden="true">?</kbd>
      </button>
    </>
  );
}

export function Sheets({ hand, campaign }: { hand: Hand; campaign: MyCampaign }) {
  const { form, card, keys, keysOn, setKeysOn, sheet, setSheet, setCard, send } = hand;
  const close = () => setSheet(null);
  return (
    <>
      {sheet === "keys" && <KeySheet table={keys.table} keysOn={keysOn} onKeysOn={setKeysOn} onClose={close} />}
      {sheet === "guidelines" && <Guidelines campaign={campaign} form={form} onClose={close} />}
      {card.doubted && (
        <Doubt
          ranking={form[card.filled.at]?.kind === "ranking"}
          onSend={() => {
            setCard({ doubted: false });
            send("submit", true);
          }}
          onClose={() => setCard({ doubted: false })}
        />
      )}
    </>
  );
}
