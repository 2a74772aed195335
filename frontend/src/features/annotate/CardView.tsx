/** One card: the prompt above, two answers of equal height below, scrolling together. */

import { memo, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { Card, Text } from "../../api/types";
import { Content } from "../../ui/Content";

interface Props {
  card: Card;
  unfolded: boolean;
  onUnfold: () => void;
  panes: RefObject<HTMLDivElement | null>;
}

/** Whether either box hides some of its text, so that "show more" is offered for both or for neither. */
function useOverflow(boxes: RefObject<HTMLElement | null>[], deps: unknown[]): boolean {
  const [overflows, setOverflows] = useState(false);
  useLayoutEffect(() => {
    const check = () => setOverflows(boxes.some((box) => !!box.current && box.current.scrollHeight > box.current.clientHeight + 2));
    const observer = new ResizeObserver(check);
    for (const box of boxes) {
      if (!box.current) continue;
      observer.observe(box.current);
      if (box.current.firstElementChild) observer.observe(box.current.firstElementChild);
    }
    check();
    return () => observer.disconnect();
    // The boxes are refs and never change; deps say when their content does.
  }, deps);
  return overflows;
}

function Prompt({ prompt }: { prompt: Text }) {
  const box = useRef<HTMLDivElement>(null);
  const [whole, setWhole] = useState(false);
  const overflows = useOverflow([box], [prompt, whole]);
  return (
    <section className={`prompt ${whole ? "is-whole" : ""}`} aria-label="Prompt">
      <div ref={box} className="prompt-box" tabIndex={overflows ? 0 : undefined} role={overflows ? "region" : undefined} aria-label={overflows ? "Prompt text" : undefined}>
        <Content text={prompt} />
      </div>
      {(overflows || whole) && (
        <button type="button" className="button quiet-button fold" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "Fold the prompt" : "Show the whole prompt"}
        </button>
      )}
    </section>
  );
}

interface PaneProps {
  side: "a" | "b";
  text: Text;
  box: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
}

function Pane({ side, text, box, onScroll }: PaneProps) {
  const name = side.toUpperCase();
  return (
    <section className={`pane pane-${side}`} aria-label={`Answer ${name}`}>
      <h2 className="pane-name">
        <span className="visually-hidden">Answer </span>
        {name}
      </h2>
      <div ref={box} className="pane-box" onScroll={onScroll} tabIndex={0} role="region" aria-label={`Text of answer ${name}`}>
        <Content text={text} />
      </div>
    </section>
  );
}

export const CardView = memo(function CardView({ card, unfolded, onUnfold, panes }: Props) {
  const left = useRef<HTMLDivElement>(null);
  const right = useRef<HTMLDivElement>(null);
  const overflows = useOverflow([left, right], [card, unfolded]);
  const driven = useRef<HTMLDivElement | null>(null);
  const follow = useCallback((from: HTMLDivElement | null, to: HTMLDivElement | null) => {
    if (!from || !to) return;
    if (driven.current === from) {
      driven.current = null;
      return;
    }
    // The shorter text rests at its end while the longer one scrolls on.
    const target = Math.min(from.scrollTop, to.scrollHeight - to.clientHeight);
    if (Math.abs(to.scrollTop - target) <= 1) return;
    driven.current = to;
    to.scrollTop = target;
  }, []);
  useEffect(() => {
    left.current?.scrollTo({ top: 0 });
    right.current?.scrollTo({ top: 0 });
    document.querySelector("main")?.scrollTo({ top: 0 });
  }, [card]);
  return (
    <div className={`card ${unfolded ? "is-unfolded" : ""}`}>
      <p className="question">{card.question}</p>
      <Prompt key={card.assignment} prompt={card.prompt} />
      <div className="panes" ref={panes}>
        <Pane side="a" text={card.left.text} box={left} onScroll={() => follow(left.current, right.current)} />
        <Pane side="b" text={card.right.text} box={right} onScroll={() => follow(right.current, left.current)} />
      </div>
      {(overflows || unfolded) && (
        <button type="button" className="button quiet-button fold" aria-expanded={unfolded} onClick={onUnfold}>
          {unfolded ? "Fold both answers" : "Show all of both answers"} <kbd aria-hidden="true">M</kbd>
        </button>
      )}
    </div>
  );
});
