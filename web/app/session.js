/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Session
 *
 * Whether the gateway is there and still knows us. A WebSocket that fails does
 * not say why; a plain request does.
 */

const PATIENCE_MS = 5000;

/** What asking the gateway for its status showed. */
export const Answer = Object.freeze({
  WELCOME: 'welcome',
  LOGIN: 'login',             /* the session has expired */
  UNREACHABLE: 'unreachable', /* the gateway or the network is away */
});

/** Returns {answer, status}: `status` as docs/api.md says it, only with WELCOME. */
export async function ask() {
  try {
    const response = await fetch('api/v1/status', {
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) {
      return { answer: Answer.WELCOME, status: await response.json() };
    }
    return { answer: response.status === 401 ? Answer.LOGIN : Answer.UNREACHABLE };
  } catch {
    return { answer: Answer.UNREACHABLE };
  }
}

/** The login page comes back to what was shown. */
export function goToLogin() {
  location.replace(new URL(`login${location.hash}`, document.baseURI));
}

export async function logOut() {
  await fetch('logout', { method: 'POST' }).catch(() => {});
  goToLogin();
}
