/** Says the title of each page that opens: to those who do not see it, a change of page would otherwise be silent. */

import { useEffect, useState } from "react";

export function Announcer() {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const observer = new MutationObserver(() => setSaid(document.title));
    observer.observe(document.head, { subtree: true, childList: true, characterData: true });
    return () => observer.disconnect();
  }, []);
  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  );
}
