/** What is half-said outside the queue waits on this device too: under a name each, until it was sent. */

import { useEffect, useMemo, useRef, useState } from "react";

import { begun } from "../../api/begun";
import { type Begun, type HalfSaid, keyOfBegun, type KnownBegun, type Making } from "../../domain/begun";
import type { Card } from "../../api/types";

export interface Kept {
  /** What an earlier look at the page left; undefined while it is looked up. */
  of: (making: Making) => Begun | null;
  keep: (making: Making, card: Card, said: HalfSaid, known?: KnownBegun) => void;
  drop: (making: Making) => void;
}

/** Null while it is looked up. */
export function useHalfSaid(user: number, campaign: string): Kept | null {
  const [found, setFound] = useState<ReadonlyMap<string, Begun> | null>(null);
  const now = useRef(new Map<string, Begun>());
  useEffect(() => {
    let wanted = true;
    setFound(null);
    void begun.of(user, campaign).then((all) => {
      now.current = new Map(all);
      if (wanted) setFound(all);
    });
    return () => {
      wanted = false;
    };
  }, [user, campaign]);
  return useMemo(() => {
    const keyOf = (making: Making) => keyOfBegun(user, campaign, making);
    const kept: Kept = {
      of: (making) => now.current.get(keyOf(making)) ?? null,
      keep: (making, { assignment, lease_number }, { filled, flagged, note, active_ms = 0 }, known) => {
        const key = keyOf(making);
        const one = { key, user, campaign, assignment, lease_number, filled, flagged, note, active_ms, ...(known ? { known } : {}) };
        now.current.set(key, one);
        begun.keep(one);
      },
      drop: (making) => {
        now.current.delete(keyOf(making));
        begun.drop(keyOf(making));
      },
    };
    return found && kept;
  }, [found, user, campaign]);
}
