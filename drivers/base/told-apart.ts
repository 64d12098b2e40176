/**
 * Identical devices that a person has told apart: whose each of them is, for as long as the browser's objects say it.
 * Above: bound-devices.ts. Below: nothing.
 * Nothing in a browser tells two adapters without serial numbers apart, but pulling one out does: the page asks for that of one driver,
 * and sees which object goes. What comes back next is that one; and if it was the only one that was missing, it is so later too.
 */

/** What the page waits for while it asks. */
export interface Question {
  readonly key: string;
  readonly identity: string;
  readonly step: "unplug" | "plug";
}

/** `identity`: the same for devices that nothing but their place tells apart. */
export class ToldApart<Device> {
  readonly #own = new Map<string, Device>();
  /** Whose device is unplugged: its identity. Nobody else's is theirs meanwhile. */
  readonly #missing = new Map<string, string>();
  #question: Question | undefined;

  get question(): Question | undefined {
    return this.#question;
  }

  /** The device that was said to be of `key`. */
  deviceOf(key: string): Device | undefined {
    return this.#own.get(key);
  }

  /** It has one of its own, which is not plugged in. */
  isMissing(key: string): boolean {
    return this.#missing.has(key);
  }

  has(device: Device): boolean {
    return [...this.#own.values()].includes(device);
  }

  /** `device` is of `key`, and of nobody else. */
  settle(key: string, device: Device): void {
    for (const [other, its] of this.#own) if (its === device) this.#own.delete(other);
    this.#own.set(key, device);
    this.#missing.delete(key);
  }

  forget(key: string): void {
    this.#own.delete(key);
    this.#missing.delete(key);
    if (this.#question?.key === key) this.#question = undefined;
  }

  /** The person will unplug the device of `key` next. One question at a time: the last one counts. */
  ask(key: string, identity: string): void {
    this.cancel();
    this.#question = { key, identity, step: "unplug" };
  }

  /** As before the question; who had none of their own has none. */
  cancel(): void {
    const question = this.#question;
    this.#question = undefined;
    if (question?.step === "plug") this.#missing.delete(question.key);
  }

  unplugged(device: Device, identity: string): void {
    const owner = [...this.#own].find(([, its]) => its === device)?.[0];
    if (owner !== undefined) this.#own.delete(owner);
    if (this.#question?.step === "unplug" && this.#question.identity === identity) {
      const { key } = this.#question;
      this.#own.delete(key);
      this.#missing.set(key, identity);
      this.#question = { key, identity, step: "plug" };
      return;
    }
    if (owner !== undefined) this.#missing.set(owner, identity);
  }

  plugged(device: Device, identity: string): void {
    if (this.has(device)) return;
    if (this.#question?.step === "plug" && this.#question.identity === identity) {
      const { key } = this.#question;
      this.#question = undefined;
      this.settle(key, device);
      return;
    }
    const missing = [...this.#missing].filter(([, its]) => its === identity).map(([key]) => key);
    const [only, another] = missing;
    if (only !== undefined && another === undefined) this.settle(only, device);
    // Of several that were missing it could be any: it has to be asked again.
    else for (const key of missing) this.#missing.delete(key);
  }
}
