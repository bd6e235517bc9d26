// Typed events between the parts of the page. Listeners are called in the order of subscription.

export class Emitter<Events extends Record<string, unknown>> {
  private readonly listeners = new Map<keyof Events, ((value: never) => void)[]>();

  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): void {
    const list = this.listeners.get(name) ?? [];
    list.push(listener as (value: never) => void);
    this.listeners.set(name, list);
  }

  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    for (const listener of this.listeners.get(name) ?? []) (listener as (value: Events[Name]) => void)(value);
  }
}
