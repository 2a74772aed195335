/**
 * Model text, shown safely: Markdown, maths and code become elements; raw HTML stays text; nothing loads or navigates.
 *
 * A link shows its words and its address, an image its description: what a model wrote must not make a request.
 */

import "katex/dist/katex.min.css";
import "../styles/code.css";

import { type ComponentProps, memo, useMemo } from "react";
import Markdown, { type Components } from "react-markdown";
import rehypeKatex from "rehype-katex";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";

import { normaliseMath } from "../domain/mathText";
import { rehypeCode } from "./highlight";

/** Beyond this, building elements would freeze the page; the text is then shown as it is. */
const LONGEST_RICH_TEXT = 60_000;

/** Headings inside a completion are not headings of the page. */
function Heading({ level, children }: { level: number; children?: React.ReactNode }) {
  return <p className={`md-heading md-heading-${Math.min(level, 4)}`}>{children}</p>;
}

const components: Components = {
  a: ({ href, children }) => (
    <span className="md-link">
      {children}
      {href && <span className="md-address"> ({href})</span>}
    </span>
  ),
  img: ({ alt }) => <span className="md-image">[image: {alt || "no description"}]</span>,
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
const rehypePlugins: Plugins = [
  [rehypeKatex, { errorColor: "currentColor", strict: false, maxSize: 20, maxExpand: 200 }],
  rehypeCode,
];

function RichText({ text }: { text: string }) {
  const normal = useMemo(() => (text.length > LONGEST_RICH_TEXT ? "" : normaliseMath(text)), [text]);
  if (text.length > LONGEST_RICH_TEXT) return <div className="plain-text">{text}</div>;
  return (
    <Markdown remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins} components={components} urlTransform={(u) => u}>
      {normal}
    </Markdown>
  );
}

export default memo(RichText);
