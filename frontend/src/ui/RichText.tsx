/**
 * Model text, shown safely: Markdown, maths and code become elements; raw HTML stays text; nothing loads or navigates.
 *
 * A link shows its words and its address, an image its description: what a model wrote must not make a request.
 * Maths and code colours load only for texts that hold them.
 */

import "../styles/code.css";

import { type ComponentProps, memo, startTransition, use, useEffect, useMemo, useState } from "react";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";

import { normaliseMath } from "../domain/mathText";
import { markdownPieces } from "../domain/reading/pieces";
import { t } from "../i18n";
import { PlainText } from "./PlainText";
import { rehypeCalm } from "./rehypeCalm";

/** One piece is laid out at a time, and the page answers in between. */
const PIECE = 5_000;

/** Headings inside a completion are not headings of the page. */
function Heading({ level, children }: { level: number; children?: React.ReactNode }) {
  return (
    <p className={`md-heading md-heading-${Math.min(level, 4)}`} dir="auto">
      {children}
    </p>
  );
}

/** Footnotes point inside the text, and a text inside a page has no addresses of its own. */
function Link({ href, children }: { href?: string | undefined; children?: React.ReactNode }) {
  if (href?.startsWith("#user-content-fn")) return href.startsWith("#user-content-fnref") ? null : <span>[{children}]</span>;
  return (
    <span className="md-link">
      {children}
      {href && (
        <span className="md-address">
          {" "}
          (<bdi>{href}</bdi>)
        </span>
      )}
    </span>
  );
}

const components: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ alt }) => <span className="md-image">{t("[image: {{description}}]", { description: alt || t("no description") })}</span>,
  input: ({ checked }) => <span>{checked ? "☑" : "☐"}</span>,
  h1: ({ children }) => <Heading level={1}>{children}</Heading>,
  h2: ({ children }) => <Heading level={2}>{children}</Heading>,
  h3: ({ children }) => <Heading level={3}>{children}</Heading>,
  h4: ({ children }) => <Heading level={4}>{children}</Heading>,
  h5: ({ children }) => <Heading level={5}>{children}</Heading>,
  h6: ({ children }) => <Heading level={6}>{children}</Heading>,
  section: ({ children }) => <div>{children}</div>,
};

type Plugins = NonNullable<ComponentProps<typeof Markdown>["rehypePlugins"]>;
const remarkPlugins: Plugins = [[remarkGfm, { singleTilde: false }], [remarkMath, { singleDollarTextMath: false }]];

const loadMaths = () => import("./maths").then(({ rehypeMaths }): Plugins => [rehypeMaths]);
const loadCode = () => import("./highlight").then(({ rehypeCode }): Plugins => [rehypeCode]);

/** Kept, because a promise that is awaited while drawing must be the same one at every try. */
const loaded = new Map<string, Promise<Plugins>>();

function pluginsFor(maths: boolean, code: boolean): Promise<Plugins> {
  const key = `${maths} ${code}`;
  const known = loaded.get(key) ?? Promise.all([[rehypeCalm], maths ? loadMaths() : [], code ? loadCode() : []]).then((all) => all.flat());
  loaded.set(key, known);
  return known;
}

export function preload(): void {
  void pluginsFor(true, true);
}

const HOLDS_MATHS = /\$\$|(?:```|~~~)[ \t]*math/;
const HOLDS_CODE = /```|~~~/;

function Laid({ text }: { text: string }) {
  const rehypePlugins = use(pluginsFor(HOLDS_MATHS.test(text), HOLDS_CODE.test(text)));
  return (
    <Markdown remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins} components={components} urlTransform={(url) => url}>
      {text}
    </Markdown>
  );
}

/** The first piece at once, the rest as written until there is time to lay it out. */
function RichText({ text }: { text: string }) {
  const pieces = useMemo(() => markdownPieces(normaliseMath(text), PIECE), [text]);
  const [finished, setFinished] = useState<string | null>(null);
  useEffect(() => startTransition(() => setFinished(text)), [text]);
  return pieces.map((piece, index) =>
    index === 0 || finished === text ? <Laid key={`laid ${index}`} text={piece} /> : <PlainText key={`plain ${index}`} text={piece} />,
  );
}

export default memo(RichText);
