/** A task's outcome that may still be open. Unlike a promise it calls its listeners at once, in order. */
export class Pending {
  #succeeded: boolean | undefined;
  readonly #listeners: ((succeeded: boolean) => void)[] = [];

  static settled(): Pending {
    const pending = new Pending();
    pending.settle(true);
    return pending;
  }

  /** Settles with the first part that settles. */
  static any(parts: readonly Pending[]): Pending {
    const first = new Pending();
    for (const part of parts) part.onSettled((succeeded) => first.settle(succeeded));
    return first;
  }

  /** Settles when every part has settled; fails when one failed. */
  static all(parts: readonly Pending[]): Pending {
    const whole = new Pending();
    let open = parts.length;
    let allSucceeded = true;
    for (const part of parts) {
      part.onSettled((succeeded) => {
        allSucceeded &&= succeeded;
        open -= 1;
        if (open === 0) whole.settle(allSucceeded);
      });
    }
    return whole;
  }

  settle(succeeded: boolean): void {
    if (this.#succeeded !== undefined) return;
    this.#succeeded = succeeded;
    for (const listener of this.#listeners.splice(0)) listener(succeeded);
  }

  onSettled(listener: (succeeded: boolean) => void): void {
    if (this.#succeeded === undefined) this.#listeners.push(listener);
    else listener(this.#succeeded);
  }
}
