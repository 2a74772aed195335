/** The accessibility statement, short: what holds, what helps, what does not work yet, whom to tell. */

import { t } from "../../i18n";
import { Page, Panel } from "../../ui/parts";

function List({ of }: { of: string[] }) {
  return (
    <ul className="bullets">
      {of.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
}

export default function Accessibility() {
  return (
    <Page title={t("Accessibility")}>
      <div className="statement">
        <p className="lead">
          {t(
            "Everybody who can judge a text should be able to do so here. The pages are built to the Web Content Accessibility Guidelines (WCAG) 2.2, level AA.",
          )}
        </p>
        <Panel title={t("What helps")}>
          <List
            of={[
              t("Everything works with the keyboard alone. On the judging page, ? lists the keys; there the single keys can also be switched off."),
              t("Whatever can be dragged can also be moved with keys or buttons."),
              t("Names, roles and states are there for screen readers; new pages, errors and what was saved are announced."),
              t("Light and dark follow the system or your choice; contrast meets level AA in both."),
              t("Text can be enlarged to 200%, and pages reflow down to a width of 320 pixels without scrolling sideways."),
              t("Colour is never the only sign, and every drawing has its numbers as a table."),
              t("Nothing moves if your system asks for less motion, and nothing flashes."),
              t("Signing in asks for nothing to be solved or remembered beyond a password, which may be pasted or filled in."),
              t("There is no hurry: a card that is held too long goes back to the pile, and an answer given late is kept unless somebody else has begun the same card."),
            ]}
          />
        </Panel>
        <Panel title={t("How it is tested")}>
          <p>
            {t(
              "Before every release a browser opens all pages, in both themes, wide and narrow, in every language, and checks them with axe; other tests use each page with the keyboard alone. Contrast is computed for all pairs of colours. People with disabilities have not tested it yet.",
            )}
          </p>
        </Panel>
        <Panel title={t("Known limits")}>
          <List
            of={[
              t("Prompts and completions are shown as they were written: their language is marked only where their letters tell it, and pictures in them are left out, with their description if they have one."),
              t("Formulas are read from MathML; how well depends on the screen reader."),
              t("Drawings are images to a screen reader, with a summary; their figures are in the table below each."),
              t("Messages that come from the server or from a trainer may be in English on pages in another language; they are marked as English."),
              t("Where a table of these pages is too wide for the window, each of its rows is read as a block, every cell under its heading. Only who agrees with whom, the scores by criterion, and tables that stand in a text to be judged scroll inside their own frame."),
            ]}
          />
        </Panel>
        <Panel title={t("Something does not work for you?")}>
          <p>
            {t(
              "Tell whoever invited you, or the operator of this server: which page, what you wanted to do, and what you use to do it (browser, screen reader, magnifier). A barrier counts as an error of the product.",
            )}
          </p>
        </Panel>
      </div>
    </Page>
  );
}
