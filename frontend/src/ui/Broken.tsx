/** A page that fails while it is drawn says so and leaves the way to all others; it never leaves an empty window. */

import { Component, type ReactNode } from "react";

import { t } from "../i18n";
import { Page } from "./parts";

interface Props {
  /** The address; another one is another try. */
  at: string;
  children: ReactNode;
}

export class MayBreak extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.broken && before.at !== this.props.at) this.setState({ broken: false });
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <Page title={t("This page broke")}>
        <p role="alert">{t("Something went wrong in this page. Reloading may help.")}</p>
        <p className="quiet">{t("What was stored is safe; what you answered and was not sent yet is kept in this browser.")}</p>
        <button type="button" className="button primary" onClick={() => window.location.reload()}>
          {t("Reload")}
        </button>
      </Page>
    );
  }
}
