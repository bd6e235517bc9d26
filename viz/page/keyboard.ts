// Everything by keys. The same table is what the help shows.

export interface Key {
  /** Values of `KeyboardEvent.key`. */
  readonly keys: readonly string[];
  readonly shown: string;
  readonly what: string;
  readonly run: (event: KeyboardEvent) => void;
}

/** Calls what belongs to a key, unless the reader is typing into a field. */
export function listenToKeys(keys: readonly Key[]): void {
  window.addEventListener("keydown", (event) => {
    const target = event.target instanceof HTMLElement ? event.target : undefined;
    const typing = target?.matches("input:not([type=checkbox]):not([type=range]), textarea, select");
    if (typing || event.altKey || document.querySelector("dialog[open]")) return;
    const onButton =
      target?.matches("button, input, [role=tab]") && (event.key === " " || event.key === "Enter");
    if (onButton) return;
    const command = event.ctrlKey || event.metaKey ? `Ctrl+${event.key.toLowerCase()}` : event.key;
    const inSlider = target?.matches("input[type=range]") && event.key.startsWith("Arrow");
    const key = keys.find((entry) => entry.keys.includes(command));
    if (!key || inSlider) return;
    event.preventDefault();
    key.run(event);
  });
}
