/** Maths as KaTeX draws it, with nothing that could load, link or grow without end. */

import "katex/dist/katex.min.css";

import rehypeKatex, { type Options } from "rehype-katex";

const OPTIONS: Options = { errorColor: "currentColor", strict: false, trust: false, maxSize: 20, maxExpand: 200 };

export const rehypeMaths: [typeof rehypeKatex, Options] = [rehypeKatex, OPTIONS];
