/**
 * Markdown as elements, kept for a while: what was prepared while the reader judged the last card appears at once.
 *
 * Raw HTML stays text. A link shows its words and its address, an image its description: what a model wrote must not
 * make a request. Maths and code colours load only for texts that hold them.
 */

import "../styles/code.css";

import type { ComponentProps, ReactElement, ReactNode } from "react";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";

import { normaliseMath } from "../domain/mathText";
import { t } from "../i18n";
import { usePageWords } from "./language";
import { rehypeCalm } from "./rehypeCalm";
import { rehypeSeen } from "./rehypeSeen";

/** Headings inside a completion are not headings of the page. */
function Heading({ level, children }: { level: number; children?: ReactNode }) {
  return (
    <p className={`md-heading md-heading-${Math.min(level, 4)}`} dir="auto">
      {children}
    </p>
  );
}

/** Footnotes point inside the text, and a text inside a page has no addresses of its own. */
function Link({ href, children }: { href?: string | undefined; children?: ReactNode }) {
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

function Image({ alt }: { alt?: string | undefined }) {
  const words = usePageWords();
  return (
    <span className="md-image" {...words}>
      {t("[image: {{description}}]", { description: alt || t("no description") })}
    </span>
  );
}

const components: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ alt }) => <Image alt={alt} />,
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

const HOLDS_MATHS = /\$|\\[[(]|(?:```|~~~)[ \t]*math/;
const HOLDS_CODE = /```|~~~/;

const loadMaths = () => import("./maths").then(({ rehypeMaths }): Plugins => [rehypeMaths]);
const loadCode = () => import("./highlight").then(({ rehypeCode }): Plugins => [rehypeCode]);

/** Kept, because a promise that is awaited while drawing must be the same one at every try. */
const loading = new Map<string, Promise<Plugins>>();

export function pluginsFor(text: string): Promise<Plugins> {
  const [maths, code] = [HOLDS_MATHS.test(text), HOLDS_CODE.test(text)];
  const key = `${maths} ${code}`;
  const known = loading.get(key) ?? Promise.all([[rehypeSeen, rehypeCalm], maths ? loadMaths() : [], code ? loadCode() : []]).then((all) => all.flat());
  loading.set(key, known);
  return known;
}

/** Of the texts laid out last: the cards that wait, and those a reader may come back to. */
const MOST_KEPT = 120;
const kept = new Map<string, ReactElement>();

export function isLaidOut(text: string): boolean {
  return kept.has(text);
}

export function layOut(text: string, rehypePlugins: Plugins): ReactElement {
  const made =
    kept.get(text) ??
    Markdown({ children: normaliseMath(text), remarkPlugins, rehypePlugins, components, urlTransform: (url) => url });
  kept.delete(text);
  kept.set(text, made);
  const oldest = kept.keys().next();
  if (kept.size > MOST_KEPT && !oldest.done) kept.delete(oldest.value);
  return made;
}
