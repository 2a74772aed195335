/** Every visible string goes through `t`: the English text is its own key, `{{name}}` stands for a value. */

export function t(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
