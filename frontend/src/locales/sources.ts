/**
 * What the sources say to people, read off their syntax trees: the keys of `t` and `tn`, and what escapes them.
 *
 * Used by tests only. A key is found by the type of the argument, so that a table of literals (`as const`) counts with
 * all its texts. Text that escapes is a literal where people read it (between tags, in a label, in a property of a
 * component), or, anywhere else, a literal that reads like prose and is no key.
 */

import ts from "typescript";

export interface Found {
  /** Key to whether it is one of `tn`. */
  keys: Map<string, boolean>;
  problems: string[];
}

/** Attributes of plain elements that people perceive. */
const PERCEIVED = new Set(["aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "title", "placeholder", "alt", "label", "summary"]);
/** Properties of components, and of objects given to them, that are for the machine. */
const TECHNICAL = new Set(
  (
    "accept as autoComplete axis choice class className clientRoute command dir download event field format high href id inputMode key kind lang method " +
    "low mode name page path queryKey rel role scope side split src state step style target to tone transform type value viewBox within"
  ).split(" "),
);
/** Calls whose texts nobody reads, or only whoever repairs the product. */
const UNREAD = /^(?:\w*Error|querySelector(?:All)?|closest|matches|matchMedia|RegExp|lazy|getContext|warn|error|getPropertyValue|useTabLock)$/;
const WORD = /\p{L}{2}/u;
const PROSE = /\p{L}{2,}[,.:;!?…]? \p{L}|^\p{Lu}\p{Ll}{2,}(?![\p{L}\d_-])/u;

/** The same in every language, or not for people at all. */
export const SAME: ReadonlySet<string> = new Set([
  "Tiebreak",
  "JSONL",
  "Parquet",
  "CSV",
  "12px system-ui, sans-serif",
  // Names of criteria and of errors that a new form begins with: they become names in the data.
  "helpful, honest",
  "wrong, unclear",
  "Edge",
  "Opera",
  "Firefox",
  "Chrome",
  "Headless Chrome",
  "Brave",
  "Vivaldi",
  "Samsung Internet",
  "Safari",
  "Android",
  "Windows",
  "Linux",
]);

/** A key as the browser names it. */
const KEY = /^(?:(?:Shift|Ctrl)\+(?:Enter|Arrow\w+|.?)|Arrow\w*|Backspace|Del(?:ete)?|Enter|Esc(?:ape)?)$/;

export function readSources(root: string): Found {
  const config = ts.getParsedCommandLineOfConfigFile(`${root}/tsconfig.json`, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} });
  if (!config) throw new Error("There is no tsconfig.json.");
  const program = ts.createProgram(config.fileNames, config.options);
  const spoken = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(`${root}/src/`) && !/\.test\.tsx?$|\/(?:locales\/|api\/schema|i18n\.ts)/.test(fileName));
  const found: Found = { keys: new Map(), problems: [] };
  const singular = new Set<string>();
  for (const file of spoken) collectKeys(file, program.getTypeChecker(), found, singular, root);
  const known = (text: string) => found.keys.has(text) || singular.has(text);
  for (const file of spoken) collectEscapes(file, found, known, root);
  return found;
}

function at(node: ts.Node, file: ts.SourceFile, root: string): string {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return `${file.fileName.slice(root.length + 1)}:${line + 1}`;
}

function called(node: ts.Node): string | null {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return null;
  const { expression } = node;
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : null;
}

function isTranslation(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && ["t", "tn"].includes(node.expression.text);
}

function collectKeys(file: ts.SourceFile, checker: ts.TypeChecker, { keys, problems }: Found, singular: Set<string>, root: string): void {
  const texts = (node: ts.Expression): string[] => {
    const type = checker.getTypeAtLocation(node);
    const parts = type.isUnion() ? type.types : [type];
    if (parts.some((part) => !part.isStringLiteral())) problems.push(`${at(node, file, root)} translates a text that is not written out`);
    return parts.filter((part) => part.isStringLiteral()).map((part) => part.value);
  };
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (isTranslation(node)) {
      if (!inFunction) problems.push(`${at(node, file, root)} translates before the language is known`);
      const [first, second, third] = node.arguments;
      if (ts.isIdentifier(node.expression) && node.expression.text === "t" && first) {
        for (const text of texts(first)) if (!keys.get(text)) keys.set(text, false);
      } else if (second && third) {
        for (const text of texts(second)) singular.add(text);
        for (const text of texts(third)) keys.set(text, true);
      }
    }
    const inside = inFunction || ts.isFunctionLike(node);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, false);
}

/** How a literal is judged: not at all, as prose, or as text that people read whatever it looks like. */
type Strictness = "unread" | "prose" | "read";

function collectEscapes(file: ts.SourceFile, { problems }: Found, known: (text: string) => boolean, root: string): void {
  const judge = (node: ts.Node, text: string, how: Strictness): void => {
    const words = text.trim();
    if (how === "unread" || SAME.has(words) || KEY.test(words) || known(text)) return;
    if ((how === "read" ? WORD : PROSE).test(words)) problems.push(`${at(node, file, root)} says "${words}" untranslated`);
  };
  const visit = (node: ts.Node, how: Strictness): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || isTranslation(node)) {
      if (isTranslation(node)) node.arguments.slice(1).forEach((value) => visit(value, "prose"));
      return;
    }
    if (ts.isJsxText(node)) return judge(node, node.text, "read");
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) {
      return judge(node, node.text, how);
    }
    ts.forEachChild(node, (child) => visit(child, inside(node, child, how)));
  };
  visit(file, "prose");
}

/** What a child of this node is, given what the node itself is. */
function inside(node: ts.Node, child: ts.Node, how: Strictness): Strictness {
  if (ts.isJsxAttribute(node)) return attribute(node);
  if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) return "read";
  if (ts.isPropertyAssignment(node)) return TECHNICAL.has(node.name.getText()) || child === node.name ? "unread" : how;
  if (UNREAD.test(called(node) ?? "")) return "unread";
  if (ts.isConditionalExpression(node)) return child === node.condition ? "unread" : how;
  if (ts.isBinaryExpression(node)) return binary(node, child, how);
  if (ts.isCaseClause(node) && child === node.expression) return "unread";
  if (ts.isElementAccessExpression(node) || ts.isLiteralTypeNode(node)) return "unread";
  if (ts.isCallExpression(node) || ts.isFunctionLike(node)) return how === "unread" ? "unread" : "prose";
  return how;
}

function binary(node: ts.BinaryExpression, child: ts.Node, how: Strictness): Strictness {
  const sign = node.operatorToken.kind;
  if ([ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken, ts.SyntaxKind.InKeyword].includes(sign)) return "unread";
  return sign === ts.SyntaxKind.AmpersandAmpersandToken && child === node.left ? "unread" : how;
}

function attribute(node: ts.JsxAttribute): Strictness {
  const name = node.name.getText();
  const tag = node.parent.parent.tagName.getText();
  if (/^[a-z]/.test(tag)) return PERCEIVED.has(name) ? "read" : "unread";
  return TECHNICAL.has(name) ? "unread" : "read";
}
