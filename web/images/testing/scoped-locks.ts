/**
 * Web Locks of one test: Node's own, under names that no other test has.
 * Above: tests of this folder. Below: the platform's LockManager.
 */

export function createScopedLocks(manager: LockManager = navigator.locks): Pick<LockManager, "request"> {
  const scope = crypto.randomUUID();
  const request = (name: string, ...rest: [LockOptions, LockGrantedCallback<unknown>]) =>
    manager.request(`${scope} ${name}`, ...rest);
  return { request: request as LockManager["request"] };
}
